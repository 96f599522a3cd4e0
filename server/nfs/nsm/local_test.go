package nsm

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nsm"
)

// TestLocalOnly: callers from elsewhere make us call nobody, and crash nothing.
func TestLocalOnly(t *testing.T) {
	s := service("host")
	call := func(proc nsm.SmProc, ip string) error {
		c := &rpcserver.Call{
			Call: rpc.Call{Args: []byte{0, 0, 0, 1, 'a', 0, 0, 0}}, Peer: &net.UDPAddr{IP: net.ParseIP(ip)}, Local: &net.UDPAddr{},
		}
		return s.Program().Versions[nsm.SM_VERS][uint32(proc)].Handle(context.Background(), c, rpcserver.NewReply())
	}
	for _, proc := range []nsm.SmProc{nsm.SM_MON, nsm.SM_UNMON, nsm.SM_UNMON_ALL, nsm.SM_SIMU_CRASH} {
		var auth *rpcserver.AuthError
		require.ErrorAs(t, call(proc, "192.0.2.1"), &auth, nsm.SmProc_name[proc])
		require.False(t, errors.As(call(proc, "::1"), &auth), nsm.SmProc_name[proc])
	}
	require.NoError(t, call(nsm.SM_STAT, "192.0.2.1"))
}

// TestStateOfEachLife: odd, and higher after a crash.
func TestStateOfEachLife(t *testing.T) {
	s := service("host")
	before := s.state
	require.Equal(t, int32(1), before&1)
	require.NoError(t, s.simuCrash(context.Background(), nil, nil))
	require.Equal(t, before+2, s.state)
}
