package pipe

import (
	"crosswire/server/wire/dcerpc"
	"crosswire/server/wire/srvsvc"
	"crosswire/server/wire/wkssvc"
)

// operation answers one call. An error is a dcerpc.FaultStatus, or of the NDR
// reader and then the fault of bad stub data.
type operation func(stub []byte) ([]byte, error)

// rpcInterface is an interface with the operations that it has here.
type rpcInterface struct {
	syntax     dcerpc.SyntaxID
	operations map[uint16]operation
}

// serves reports whether the interface can be called as abstract: same major
// version, and no newer minor one (C706 12.6.3.1).
func (i *rpcInterface) serves(abstract dcerpc.SyntaxID) bool {
	return i.syntax.UUID == abstract.UUID && i.syntax.Major == abstract.Major && i.syntax.Minor >= abstract.Minor
}

// call makes an operation of a parser and an answer.
func call[Req any, Resp interface{ Marshal() []byte }](parse func([]byte) (Req, error), answer func(Req) Resp) operation {
	return func(stub []byte) ([]byte, error) {
		req, err := parse(stub)
		if err != nil {
			return nil, err
		}
		return answer(req).Marshal(), nil
	}
}

func (s *Server) serverService() *rpcInterface {
	list := s.cfg.Shares
	return &rpcInterface{syntax: srvsvc.Interface, operations: map[uint16]operation{
		srvsvc.OpNetrShareEnum: call(srvsvc.ParseShareEnumRequest, func(r *srvsvc.ShareEnumRequest) *srvsvc.ShareEnumResponse {
			return list.enumerate(r, false)
		}),
		srvsvc.OpNetrShareEnumSticky: call(srvsvc.ParseShareEnumRequest, func(r *srvsvc.ShareEnumRequest) *srvsvc.ShareEnumResponse {
			return list.enumerate(r, true)
		}),
		srvsvc.OpNetrShareGetInfo:  call(srvsvc.ParseShareGetInfoRequest, list.describe),
		srvsvc.OpNetrServerGetInfo: call(srvsvc.ParseServerGetInfoRequest, s.serverInfo),
	}}
}

// serverInfo answers NetrServerGetInfo (MS-SRVS 3.1.4.17).
func (s *Server) serverInfo(req *srvsvc.ServerGetInfoRequest) *srvsvc.ServerGetInfoResponse {
	resp := &srvsvc.ServerGetInfoResponse{Level: req.Level}
	if !srvsvc.ServerLevel(req.Level) {
		resp.Status = srvsvc.InvalidLevel
		return resp
	}
	resp.Info = &srvsvc.ServerInfo{
		PlatformID:   srvsvc.PlatformNT,
		Name:         s.cfg.ServerName,
		VersionMajor: s.cfg.VersionMajor,
		VersionMinor: s.cfg.VersionMinor,
		Type:         srvsvc.SVTypeWorkstation | srvsvc.SVTypeServer | srvsvc.SVTypeNT | srvsvc.SVTypeServerNT,
		Comment:      s.cfg.Comment,
		Users:        srvsvc.UnlimitedUses,
		Disconnect:   -1,
		UserPath:     `C:\`,
	}
	return resp
}

func (s *Server) workstationService() *rpcInterface {
	return &rpcInterface{syntax: wkssvc.Interface, operations: map[uint16]operation{
		wkssvc.OpNetrWkstaGetInfo: call(wkssvc.ParseWkstaGetInfoRequest, s.workstationInfo),
	}}
}

// workstationInfo answers NetrWkstaGetInfo (MS-WKST 3.2.4.1).
func (s *Server) workstationInfo(req *wkssvc.WkstaGetInfoRequest) *wkssvc.WkstaGetInfoResponse {
	resp := &wkssvc.WkstaGetInfoResponse{Level: req.Level}
	if req.Level != 100 {
		resp.Status = wkssvc.InvalidLevel
		return resp
	}
	resp.Info = &wkssvc.WkstaInfo{
		PlatformID:   wkssvc.PlatformNT,
		ComputerName: s.cfg.ServerName,
		LanGroup:     s.cfg.Domain,
		VersionMajor: s.cfg.VersionMajor,
		VersionMinor: s.cfg.VersionMinor,
	}
	return resp
}
