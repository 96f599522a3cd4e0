package target

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"crosswire/conformance/client"
)

// External is a server that runs somewhere else. Every run works in a folder
// of its own with a name that no other run has. Runs that want
// the same policies go on beside each other; one that switches policies under
// way, or that judges what all runs share, has the target to itself.
type External struct {
	profile *Profile
	plane   client.Plane
	session string // distinguishes this process's folders

	gate    gate
	restore map[string]string // what to put back; of who has the target to itself

	mu       sync.Mutex
	base     map[string]string // policies of the target by itself
	policies map[string]string // in force, as far as known
	runs     int
}

// NewExternal prepares the target of a profile. newPlane connects to a
// control plane by its URL; it is called only if the profile has one.
func NewExternal(p *Profile, newPlane func(url string) (client.Plane, error)) (*External, error) {
	var id [4]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	x := &External{profile: p, session: hex.EncodeToString(id[:]), policies: maps.Clone(p.Policies)}
	if x.policies == nil {
		x.policies = map[string]string{}
	}
	x.base = maps.Clone(x.policies)
	if p.API != "" {
		plane, err := newPlane(p.API)
		if err != nil {
			return nil, &DeadError{"api", p.API, err}
		}
		x.plane = plane
	}
	return x, nil
}

// Name implements Target.
func (x *External) Name() string { return x.profile.Name }

// Check asks every service of the profile for one answer, all at once. A
// service that does not answer in time is a *DeadError with its address.
func (x *External) Check(ctx context.Context) error {
	p := x.profile
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.Timeout))
	defer cancel()
	probes := []struct {
		service, address string
		probe            func(context.Context, string) error
	}{
		{"smb", p.SMB, probeSMB},
		{"nfs", p.NFS, rpcProbe(progNFS, 3)},
		{"mount", p.Mount, rpcProbe(progMount, 3)},
		{"portmap", p.Portmap, rpcProbe(progPortmap, 2)},
	}
	errs := make([]error, len(probes)+1)
	var wg sync.WaitGroup
	for i, pr := range probes {
		if pr.address == "" {
			continue
		}
		wg.Go(func() {
			if err := pr.probe(ctx, pr.address); err != nil {
				errs[i] = &DeadError{pr.service, pr.address, explain(err, time.Duration(p.Timeout))}
			}
		})
	}
	if x.plane != nil {
		wg.Go(func() {
			pol, err := x.plane.Policies(ctx)
			if err != nil {
				if !client.IsUnsupported(err) {
					errs[len(probes)] = &DeadError{"api", p.API, explain(err, time.Duration(p.Timeout))}
				}
				return
			}
			x.mu.Lock()
			maps.Copy(x.policies, pol)
			maps.Copy(x.base, pol)
			x.mu.Unlock()
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Start implements Target.
func (x *External) Start(ctx context.Context, spec Spec) (Instance, error) {
	p := x.profile
	for _, s := range spec.Services {
		if (s == "smb" && p.SMB == "") || (s == "nfs" && p.NFS == "") {
			return nil, notSupported("%s offers no %s", p.Name, s)
		}
	}
	if spec.Only {
		for s, addr := range map[string]string{"smb": p.SMB, "nfs": p.NFS} {
			if addr != "" && !slices.Contains(spec.Services, s) {
				return nil, notSupported("%s offers %s too, the scenario wants a server without it", p.Name, s)
			}
		}
	}
	i := &extInstance{target: x}
	alone := spec.Alone || spec.Switches
	first, err := x.gate.enter(ctx, x.key(spec.Policies), alone)
	if err != nil {
		return nil, err
	}
	if first {
		if err := x.prepare(ctx, spec); err != nil {
			return nil, closeWith(i, err)
		}
		if !alone {
			x.gate.open()
		}
	}
	x.mu.Lock()
	x.runs++
	i.policies = maps.Clone(x.policies)
	i.folder = fmt.Sprintf("cw-%s-%d-%s", x.session, x.runs, folderName(spec.Run))
	x.mu.Unlock()
	return i, nil
}

// key tells runs apart that cannot go on beside each other: by the policies
// that they want otherwise than the target has them by itself.
func (x *External) key(want map[string]string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var key strings.Builder
	for _, name := range sorted(want) {
		if v, ok := x.base[name]; !ok || v != want[name] {
			fmt.Fprintf(&key, "%s=%s;", name, want[name])
		}
	}
	return key.String()
}

// prepare readies the target for those who are about to use it.
func (x *External) prepare(ctx context.Context, spec Spec) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(x.profile.Timeout))
	defer cancel()
	x.restore = map[string]string{}
	if spec.Switches && x.plane != nil {
		// Whatever the scenario switches is put back as it is now.
		before, err := x.plane.Policies(ctx)
		if err != nil {
			return err
		}
		maps.Copy(x.restore, before)
	}
	return x.switchPolicies(ctx, spec.Policies)
}

type extInstance struct {
	target   *External
	folder   string
	policies map[string]string
	once     sync.Once
}

// switchPolicies sets what is not in force; the caller has the target to
// itself.
func (x *External) switchPolicies(ctx context.Context, want map[string]string) error {
	for _, name := range sorted(want) {
		x.mu.Lock()
		now, known := x.policies[name]
		x.mu.Unlock()
		if known && now == want[name] {
			continue
		}
		switch {
		case x.plane == nil && known:
			return notSupported("%s declares %s=%s, not %s, and has no api to switch it", x.profile.Name, name, now, want[name])
		case x.plane == nil:
			return notSupported("%s does not declare the policy %s, and has no api to switch it", x.profile.Name, name)
		}
		if err := x.plane.SetPolicy(ctx, name, want[name]); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return notSupported("%s cannot switch to %s=%s: %v", x.profile.Name, name, want[name], err)
		}
		if known {
			x.restore[name] = now
		}
		x.setPolicy(name, want[name])
	}
	return nil
}

func (x *External) setPolicy(name, value string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.policies[name] = value
}

// Endpoint implements Instance.
func (i *extInstance) Endpoint() client.Endpoint {
	p := i.target.profile
	return client.Endpoint{
		SMB: p.SMB, NFS: p.NFS, Mount: p.Mount, Portmap: p.Portmap, API: p.API,
		Share: p.Share, Export: p.Export, Dir: path.Join(p.Folder, i.folder),
		User: p.User, Password: p.Password, Domain: p.Domain, UID: p.UID, GID: p.GID,
	}
}

// Plane implements Instance.
func (i *extInstance) Plane() client.Plane { return i.target.plane }

// NeedsFolder implements Instance.
func (i *extInstance) NeedsFolder() bool { return true }

// Fresh implements Instance.
func (i *extInstance) Fresh() bool { return false }

// Policy implements Instance.
func (i *extInstance) Policy(name string) (string, bool) {
	v, ok := i.policies[name]
	return v, ok
}

// Has implements Instance.
func (i *extInstance) Has(name string) (bool, string) {
	p := i.target.profile
	set := p.Capabilities
	declared := set != nil
	if !declared {
		if p.SMB != "" {
			set = append(set, "smb", "smb.*")
		}
		if p.NFS != "" {
			set = append(set, "nfs", "nfs.*")
		}
		if p.NFS != "" && p.Portmap != "" {
			set = append(set, "nlm") // the port mapper tells where it is
		}
	}
	if p.API != "" {
		set = append(slices.Clone(set), "control", "control.*")
	}
	if hasCapability(set, name) {
		return true, ""
	}
	if declared {
		return false, fmt.Sprintf("the profile of %s does not list %s", p.Name, name)
	}
	return false, fmt.Sprintf("%s offers no %s", p.Name, name)
}

// Close lets others go on; the last of those who wanted the same policies
// puts back the ones that were switched.
func (i *extInstance) Close() error {
	var err error
	i.once.Do(func() {
		i.target.gate.leave(func() { err = i.target.putBack() })
	})
	return err
}

func (x *External) putBack() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(x.profile.Timeout))
	defer cancel()
	var err error
	for _, name := range sorted(x.restore) {
		if e := x.plane.SetPolicy(ctx, name, x.restore[name]); e != nil {
			err = fmt.Errorf("restore policy %s=%s: %w", name, x.restore[name], e)
			continue
		}
		x.setPolicy(name, x.restore[name])
	}
	return err
}

// folderName makes a run's name fit for any file system.
func folderName(run string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, run)
	if len(s) > 60 {
		s = s[:60]
	}
	return s
}
