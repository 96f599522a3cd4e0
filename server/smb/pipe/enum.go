package pipe

import (
	"cmp"
	"slices"
	"sort"

	"crosswire/server/wire/srvsvc"
)

// maxEnumeration bounds one answer whatever PreferedMaximumLength says; the
// client gets ERROR_MORE_DATA and goes on with its resume handle.
const maxEnumeration = 16 << 20

func sortEntries(entries []shareEntry) {
	slices.SortFunc(entries, func(a, b shareEntry) int { return cmp.Compare(a.id, b.id) })
}

// enumerate answers NetrShareEnum (MS-SRVS 3.1.4.8) and, without the special
// shares, NetrShareEnumSticky (3.1.4.9).
func (l *ShareList) enumerate(req *srvsvc.ShareEnumRequest, sticky bool) *srvsvc.ShareEnumResponse {
	resp := &srvsvc.ShareEnumResponse{Level: req.Level}
	if req.Resume != nil {
		resume := *req.Resume
		resp.Resume = &resume
	}
	if !srvsvc.EnumLevel(req.Level) || sticky && req.Level == 501 {
		resp.Status = srvsvc.InvalidLevel
		return resp
	}
	visible := l.snapshot().visible
	if req.Resume != nil {
		after := *req.Resume
		visible = visible[sort.Search(len(visible), func(i int) bool { return visible[i].id > after }):]
	}
	room := uint64(req.PreferredMaximumLength)
	if req.PreferredMaximumLength == srvsvc.MaxPreferredLength {
		room = maxEnumeration
	}
	room = min(room, maxEnumeration)
	full := false
	last := uint32(0)
	for _, e := range visible {
		if sticky && e.info.Type&srvsvc.STypeSpecial != 0 {
			continue
		}
		resp.TotalEntries++
		size := uint64(e.info.Size(req.Level))
		if full || size > room {
			full = true
			continue
		}
		room -= size
		resp.Shares = append(resp.Shares, l.withUses(e.info, req.Level))
		last = e.id
	}
	switch {
	case full && len(resp.Shares) == 0:
		resp.Status = srvsvc.BufTooSmall
	case full:
		resp.Status = srvsvc.MoreData
		if resp.Resume != nil {
			*resp.Resume = last
		}
	case resp.Resume != nil:
		*resp.Resume = 0
	}
	return resp
}

// withUses fills in what is not cached, if the level shows it.
func (l *ShareList) withUses(info srvsvc.ShareInfo, level uint32) srvsvc.ShareInfo {
	if level == 2 || level == 502 {
		info.CurrentUses = l.lister.CurrentUses(info.Name)
	}
	return info
}

// describe answers NetrShareGetInfo (MS-SRVS 3.1.4.10).
func (l *ShareList) describe(req *srvsvc.ShareGetInfoRequest) *srvsvc.ShareGetInfoResponse {
	resp := &srvsvc.ShareGetInfoResponse{Level: req.Level}
	if !srvsvc.InfoLevel(req.Level) {
		resp.Status = srvsvc.InvalidLevel
		return resp
	}
	info, ok := l.snapshot().byName[shareKey(req.NetName)]
	if !ok {
		resp.Status = srvsvc.NetNameNotFound
		return resp
	}
	info = l.withUses(info, req.Level)
	resp.Info = &info
	return resp
}
