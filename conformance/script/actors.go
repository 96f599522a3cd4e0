package script

import (
	"slices"
	"strings"
)

// ActorKinds lists the kinds of actor with their versions, the first version being the oldest.
func ActorKinds() []struct {
	Kind     ActorKind
	Versions []string
	Service  string // which of the target's services it needs
	Doc      string
} {
	type row = struct {
		Kind     ActorKind
		Versions []string
		Service  string
		Doc      string
	}
	smb := strings.Fields("2.0.2 2.1 3.0 3.0.2 3.1.1")
	return []row{
		{KindSMB, smb, "smb", "SMB, by the stock client where it can do every step of this actor, else by the raw client"},
		{KindRawSMB, smb, "smb", "SMB by the raw client: leases, oplocks, locks, notifications"},
		{KindStock, smb, "smb", "SMB by the stock client"},
		{KindNFS, strings.Fields("3 4.0 4.1 4.2"), "nfs", "NFS, with MOUNT and NLM"},
		{KindControl, nil, "", "the target's control plane; an actor of this kind called control is always there"},
	}
}

// ActorOptions are the options in the parentheses of an actor, after the version.
func ActorOptions() []Param {
	yesNo := "yes no"
	return []Param{
		only(allSMB, opt("user", TypeString, "default: the target's")),
		only(allSMB, opt("password", TypeString, "")),
		only(allSMB, opt("domain", TypeString, "")),
		only(allSMB, enum("sign", "yes no required", "default: as negotiated")),
		only(allSMB, enum("encrypt", yesNo, "default no")),
		only(rawSMB, opt("dialects", TypeString, `what to offer: "2.1,3.0"`)),
		only(rawSMB, enum("cipher", "aes-128-ccm aes-128-gcm aes-256-ccm aes-256-gcm", "")),
		only(rawSMB, enum("signing", "hmac-sha256 aes-cmac aes-gmac", "")),
		only(rawSMB, enum("guest", yesNo, "")),
		only(rawSMB, enum("anonymous", yesNo, "")),
		only(allSMB, opt("share", TypeString, "default: the scenario's share")),
		only(onlyNFS, opt("uid", TypeNumber, "")),
		only(onlyNFS, opt("gid", TypeNumber, "")),
		only(onlyNFS, opt("gids", TypeString, `supplementary groups: "100,101"`)),
		only(onlyNFS, enum("flavor", "sys none", "default sys")),
		only(onlyNFS, enum("transport", "tcp udp", "default tcp")),
		only(onlyNFS, opt("export", TypeString, "default: the scenario's export")),
		only(onlyNFS, opt("machine", TypeString, "the machine name of AUTH_SYS")),
	}
}

func kindNames() []string {
	var names []string
	for _, k := range ActorKinds() {
		names = append(names, string(k.Kind))
	}
	return names
}

// parseActors reads NAME=KIND(VERSION, key=value…)….
func (p *parser) parseActors(s *Scenario) {
	for _, t := range p.line.toks[1:] {
		i := strings.IndexByte(t.text, '=')
		if i < 0 {
			p.errorf(t, "an actor is written NAME=KIND(VERSION, option=value): A=smb(3.1.1)")
			p.broken[t.text] = true
			continue
		}
		if a, ok := p.actorSpec(s, t, i); ok {
			s.Actors = append(s.Actors, a)
			p.actors[a.Name] = nil
		} else {
			p.broken[a.Name] = true
		}
	}
	for i := range s.Actors {
		p.actors[s.Actors[i].Name] = &s.Actors[i]
	}
}

// actorSpec reads one actor, whose name ends at byte i of t.
func (p *parser) actorSpec(s *Scenario, t token, i int) (Actor, bool) {
	a := Actor{Pos: p.pos(t), Name: t.text[:i]}
	if _, dup := p.actors[a.Name]; dup {
		p.errorf(t, "the actor %s is there already", a.Name)
		return a, false
	}
	if !isName(a.Name) || slices.Contains(reserved, a.Name) {
		p.errorf(t, "%s cannot name an actor", a.Name)
		return a, false
	}
	spec := t.sub(i+1, len(t.text))
	kind, opts := spec, token{}
	if j := strings.IndexByte(spec.text, '('); j >= 0 {
		kind = spec.sub(0, j)
		if !strings.HasSuffix(spec.text, ")") {
			p.errorf(spec, "nothing may follow the closing parenthesis")
			return a, false
		}
		opts = spec.sub(j+1, len(spec.text)-1)
	}
	a.Kind = ActorKind(kind.text)
	if !kind.isTemplate() && !slices.Contains(kindNames(), kind.text) {
		p.errorf(kind, "%s is no kind of actor: %s%s", kind.text, oneOf(kindNames()), didYouMean(kind.text, kindNames()))
		return a, false
	}
	p.actorOptions(&a, kind, opts)
	p.checkService(s, &a, kind)
	return a, true
}

func (p *parser) actorOptions(a *Actor, kind, opts token) {
	var versions []string
	for _, k := range ActorKinds() {
		if k.Kind == a.Kind {
			versions = k.Versions
		}
	}
	for i, part := range opts.split(',') {
		part = part.trim()
		eq := strings.IndexByte(part.text, '=')
		switch {
		case part.text == "" && len(opts.text) == 0:
		case part.text == "":
			p.errorf(part, "an option is missing here")
		case eq < 0 && i == 0:
			a.Version = part.text
			if !part.isTemplate() && !kind.isTemplate() && !slices.Contains(versions, a.Version) {
				p.errorf(part, "%s is no version of %s: %s", a.Version, a.Kind, oneOf(versions))
			}
		case eq < 0:
			p.errorf(part, "an option is written key=value; only the version, which comes first, stands alone")
		default:
			key := part.sub(0, eq)
			all := ActorOptions()
			prm := findParam(all, key.text, a.Kind)
			if prm == nil {
				p.errorf(key, "actors have no option %s%s", key.text, didYouMean(key.text, paramNames(all, a.Kind)))
				continue
			}
			if !kind.isTemplate() && !prm.allows(a.Kind) {
				p.errorf(key, "an actor of kind %s has no option %s", a.Kind, key.text)
				continue
			}
			if _, dup := a.Get(key.text); dup {
				p.errorf(key, "%s is said twice", key.text)
				continue
			}
			if v, ok := p.value(part.sub(eq+1, len(part.text)), want{prm.Type, prm.Words}); ok {
				a.Options = append(a.Options, Arg{key.text, v})
			}
		}
	}
}

func (p *parser) checkService(s *Scenario, a *Actor, kind token) {
	for _, k := range ActorKinds() {
		if k.Kind == a.Kind && k.Service != "" && !slices.Contains(s.Services, k.Service) {
			p.errorf(kind, "the services line leaves the target without %s, so %s cannot connect", k.Service, a.Name)
		}
	}
}

func findParam(params []Param, name string, kind ActorKind) *Param {
	var other *Param
	for i := range params {
		if params[i].Name != name {
			continue
		}
		if params[i].allows(kind) {
			return &params[i]
		}
		other = &params[i]
	}
	return other
}

func paramNames(params []Param, kind ActorKind) []string {
	var names []string
	for _, prm := range params {
		if kind == "" || prm.allows(kind) {
			names = append(names, prm.Name)
		}
	}
	return names
}
