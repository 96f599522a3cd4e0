package rawsmb

import (
	"context"
	"strconv"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// ioctlRequest makes an IOCTL with an FSCTL (MS-SMB2 3.2.4.20).
func (o *open) ioctlRequest(code fscc.FSCTL, in []byte, room uint32) *request {
	return o.s.on(o.tree, &request{
		command: smb2.CommandIoctl, payload: max(len(in), int(room)), handle: o.handle, what: code.String() + " " + shown(o.name),
		body: &smb2.IoctlRequest{CtlCode: code, FileID: o.id, Input: in, MaxOutputResponse: room, Flags: smb2.IoctlIsFsctl},
	})
}

// ioctl sends an FSCTL. The status is STATUS_BUFFER_OVERFLOW if there is more
// than was given.
func (o *open) ioctl(ctx context.Context, code fscc.FSCTL, in []byte) ([]byte, ntstatus.Status, error) {
	return o.ioctlRoom(ctx, code, in, creditUnit)
}

func (o *open) ioctlRoom(ctx context.Context, code fscc.FSCTL, in []byte, room uint32) ([]byte, ntstatus.Status, error) {
	r, err := o.s.conn.exchange(ctx, o.ioctlRequest(code, in, room))
	if err != nil {
		return nil, 0, err
	}
	var resp smb2.IoctlResponse
	st, err := o.s.conn.decode(r, &resp, ntstatus.BufferOverflow)
	return resp.Output, st, err
}

// ioctlVerb sends the FSCTL of code=; a path is opened with the access that
// the code itself tells (MS-FSCC 2.3, bits 14 and 15).
func (a *Actor) ioctlVerb(ctx context.Context, c client.Call) (client.Result, error) {
	code, err := parseFSCTL(c.Options["code"])
	if err != nil {
		return client.Result{}, err
	}
	w := how{access: secdesc.FileGenericRead | always}
	if code>>14&2 != 0 {
		w.access |= secdesc.FileGenericWrite
	}
	var res client.Result
	err = a.on(ctx, c, w, func(o *open) error {
		out, st, err := o.ioctl(ctx, code, c.Data)
		res.Data, res.HasData = out, true
		if st == ntstatus.BufferOverflow {
			res.Status = st.String()
		}
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	return res, nil
}

// parseFSCTL reads FSCTL_… or a number.
func parseFSCTL(s string) (fscc.FSCTL, error) {
	if c, ok := fsctls[strings.ToUpper(s)]; ok {
		return c, nil
	}
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil {
		return 0, client.Unsupported(clientName, "ioctl code=%s", s)
	}
	return fscc.FSCTL(n), nil
}

// fsctls are the codes by name. It is never written after initialisation.
var fsctls = func() map[string]fscc.FSCTL {
	m := map[string]fscc.FSCTL{}
	for _, c := range []fscc.FSCTL{
		fscc.FsctlDfsGetReferrals, fscc.FsctlDfsGetReferralsEx, fscc.FsctlGetCompression, fscc.FsctlSetCompression,
		fscc.FsctlFilesystemGetStatistics, fscc.FsctlGetNtfsVolumeData, fscc.FsctlIsPathnameValid,
		fscc.FsctlSetObjectID, fscc.FsctlGetObjectID, fscc.FsctlDeleteObjectID, fscc.FsctlSetObjectIDExtended, fscc.FsctlCreateOrGetObjectID,
		fscc.FsctlSetReparsePoint, fscc.FsctlGetReparsePoint, fscc.FsctlDeleteReparsePoint,
		fscc.FsctlSetSparse, fscc.FsctlSetZeroData, fscc.FsctlQueryAllocatedRanges, fscc.FsctlFileLevelTrim,
		fscc.FsctlOffloadRead, fscc.FsctlOffloadWrite, fscc.FsctlGetIntegrityInformation, fscc.FsctlSetIntegrityInformation,
		fscc.FsctlQueryFileRegions, fscc.FsctlDuplicateExtentsToFile, fscc.FsctlDuplicateExtentsToFileEx,
		fscc.FsctlPipePeek, fscc.FsctlPipeWait, fscc.FsctlPipeTransceive,
		fscc.FsctlSrvRequestResumeKey, fscc.FsctlSrvEnumerateSnapshots, fscc.FsctlSrvCopyChunk, fscc.FsctlSrvCopyChunkWrite, fscc.FsctlSrvReadHash,
		fscc.FsctlLMRRequestResiliency, fscc.FsctlLMRSetLinkTrackingInfo, fscc.FsctlQueryNetworkInterfaceInfo, fscc.FsctlValidateNegotiateInfo,
	} {
		m[c.String()] = c
	}
	return m
}()
