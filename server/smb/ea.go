package smb

import (
	"errors"
	"strings"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// maxEASize is what the EAs of one file may take as a FILE_FULL_EA_INFORMATION
// list, which a 16-bit number counts on NTFS.
const maxEASize = 0xFFFF

// maxEAName is the longest name, which an 8-bit number counts.
const maxEAName = 254

// checkEAName refuses what MS-FSCC 2.4.16 forbids in a name.
func checkEAName(n string) error {
	if n == "" || len(n) > maxEAName || strings.ContainsAny(n, `\/:*?"<>|,+=[];`) ||
		strings.ContainsFunc(n, func(c rune) bool { return c < ' ' || c > '~' }) {
		return ntstatus.InvalidEAName
	}
	return nil
}

// reservedEAs are names that servers of other make keep their security
// descriptors under: nobody may believe that setting one here does anything.
var reservedEAs = []string{"SECURITY.", "SYSTEM.", "TRUSTED."}

func isReservedEA(name string) bool {
	for _, p := range reservedEAs {
		if len(name) >= len(p) && strings.EqualFold(name[:len(p)], p) {
			return true
		}
	}
	return false
}

// easOf lists a file's EAs: its user xattrs, with the names in upper case as
// NTFS has them (MS-FSCC 2.4.16). What has no form as an EA, a name with other
// characters or one that differs from another only in case, is left out.
func (r *request) easOf(o *openFile) ([]fscc.FullEa, error) {
	list, err := o.file.Tree.Xattrs(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return nil, err
	}
	var eas []fscc.FullEa
	seen := map[string]bool{}
	for _, x := range list {
		name := strings.ToUpper(x.Name)
		if checkEAName(x.Name) != nil || len(x.Value) > maxEASize || seen[name] {
			continue
		}
		seen[name] = true
		eas = append(eas, fscc.FullEa{Name: name, Value: x.Value})
	}
	return eas, nil
}

// eaSize is EaSize of FileEaInformation (MS-FSCC 2.4.13): 0 without EAs.
func (r *request) eaSize(o *openFile) uint32 {
	eas, err := r.easOf(o)
	if err != nil || len(eas) == 0 {
		return 0
	}
	return uint32(fscc.EaListSize(eas))
}

// queryEAs implements FileFullEaInformation (MS-SMB2 3.3.5.20.1, MS-FSA
// 2.1.5.12). Names that are asked for and that the file does not have come back
// with an empty value.
func (r *request) queryEAs(o *openFile, q *smb2.QueryInfoRequest) ([]byte, error) {
	if o.file.Access&vfs.RightReadEA == 0 {
		return nil, ntstatus.AccessDenied
	}
	eas, err := r.easOf(o)
	if err != nil {
		return nil, err
	}
	switch {
	case len(q.Input) > 0:
		if eas, err = selectEAs(eas, q.Input); err != nil {
			return nil, err
		}
	case len(eas) == 0:
		return nil, ntstatus.NoEAsOnFile
	}
	if q.Flags&smb2.QueryReturnSingleEntry != 0 {
		eas = eas[:1]
	}
	out, n := fscc.AppendFullEas(nil, int(q.OutputBufferLength), eas)
	switch {
	case n == len(eas):
		return out, nil
	case n == 0:
		return nil, ntstatus.BufferTooSmall
	}
	return out, ntstatus.BufferOverflow
}

// selectEAs answers a FILE_GET_EA_INFORMATION list in its order.
func selectEAs(have []fscc.FullEa, list []byte) ([]fscc.FullEa, error) {
	names, err := fscc.DecodeGetEas(list)
	if err != nil || len(names) == 0 {
		return nil, ntstatus.EAListInconsistent
	}
	var picked []fscc.FullEa
	for _, n := range names {
		if err := checkEAName(n); err != nil {
			return nil, err
		}
		e := fscc.FullEa{Name: strings.ToUpper(n)}
		for _, h := range have {
			if h.Name == e.Name {
				e = h
			}
		}
		picked = append(picked, e)
	}
	return picked, nil
}

// setEAs sets FileFullEaInformation (MS-FSA 2.1.5.15.4): all of it or nothing.
// EANeedEA is not kept, for nothing here interprets an EA.
func (r *request) setEAs(o *openFile, b []byte) error {
	if o.file.Access&vfs.RightWriteEA == 0 {
		return ntstatus.AccessDenied
	}
	eas, err := decodeEAs(b)
	if err != nil {
		return err
	}
	return r.storeEAs(o, eas)
}

// decodeEAs reads and checks a list.
func decodeEAs(b []byte) ([]fscc.FullEa, error) {
	eas, err := fscc.DecodeFullEas(b)
	if err != nil {
		return nil, ntstatus.EAListInconsistent
	}
	for _, e := range eas {
		switch {
		case checkEAName(e.Name) != nil:
			return nil, ntstatus.InvalidEAName
		case e.Flags&^fscc.EANeedEA != 0:
			return nil, ntstatus.InvalidEAFlag
		case isReservedEA(e.Name):
			return nil, ntstatus.AccessDenied
		}
	}
	return eas, nil
}

// storeEAs makes the changes; an empty value deletes. An attribute that exists
// in another case is the same one.
func (r *request) storeEAs(o *openFile, eas []fscc.FullEa) error {
	have, err := o.file.Tree.Xattrs(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return err
	}
	stored := map[string]string{} // by the name in upper case
	after := map[string]int{}
	for _, x := range have {
		if k := strings.ToUpper(x.Name); stored[k] == "" {
			stored[k] = x.Name
			after[k] = len(x.Value)
		}
	}
	var changes []vfs.XattrChange
	for _, e := range eas {
		k := strings.ToUpper(e.Name)
		if stored[k] == "" {
			stored[k] = k
		}
		c := vfs.XattrChange{Name: stored[k], Value: e.Value}
		if after[k] = len(e.Value); len(e.Value) == 0 {
			c.Value = nil
			delete(after, k)
		}
		changes = append(changes, c)
	}
	total := 0
	for k, n := range after {
		total += (8 + len(k) + 1 + n + 3) &^ 3
	}
	if total > maxEASize {
		return ntstatus.EATooLarge
	}
	err = o.file.Tree.SetXattrs(r.ctx, r.origin(o), o.file.Handle, changes)
	if errors.Is(err, vfs.ErrRange) {
		return ntstatus.EATooLarge
	}
	return err
}

// giveEAs gives a new or overwritten file the EAs of its CREATE and no others
// (MS-FSA 2.1.5.1.1, 2.1.5.1.2).
func (op *creation) giveEAs(did vfs.Action) error {
	if did == vfs.ActionOpened || did == vfs.ActionCreated && len(op.eas) == 0 {
		return nil
	}
	t, o := op.r.tree.vfs, op.r.origin(op.of)
	have, err := t.Xattrs(op.r.ctx, o, op.of.file.Handle)
	if err != nil {
		return err
	}
	var gone []vfs.XattrChange
	for _, x := range have {
		gone = append(gone, vfs.XattrChange{Name: x.Name})
	}
	if len(gone) > 0 {
		if err := t.SetXattrs(op.r.ctx, o, op.of.file.Handle, gone); err != nil {
			return err
		}
	}
	if len(op.eas) == 0 {
		return nil
	}
	return op.r.storeEAs(op.of, op.eas)
}
