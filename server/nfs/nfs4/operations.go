package nfs4

import "crosswire/server/wire/xdr/nfs4"

// operations is every operation that is served, by number. WRITE is decoded
// apart, and only listed here.
var operations [nfs4.OP_REMOVEXATTR + 1]operation

// It is filled in here because the operations refer to the interpreter, which
// refers to the table.
func init() {
	for op, o := range map[nfs4.NfsOpnum4]operation{
		nfs4.OP_ACCESS:              {0, 2, false, (*compound).access},
		nfs4.OP_CLOSE:               {0, 2, true, (*compound).close},
		nfs4.OP_COMMIT:              {0, 2, false, (*compound).commit},
		nfs4.OP_CREATE:              {0, 2, true, (*compound).create},
		nfs4.OP_GETATTR:             {0, 2, false, (*compound).getattr},
		nfs4.OP_GETFH:               {0, 2, false, (*compound).getfh},
		nfs4.OP_LINK:                {0, 2, true, (*compound).link},
		nfs4.OP_LOCK:                {0, 2, true, (*compound).lock},
		nfs4.OP_LOCKT:               {0, 2, false, (*compound).lockt},
		nfs4.OP_LOCKU:               {0, 2, true, (*compound).locku},
		nfs4.OP_LOOKUP:              {0, 2, false, (*compound).lookup},
		nfs4.OP_LOOKUPP:             {0, 2, false, (*compound).lookupp},
		nfs4.OP_NVERIFY:             {0, 2, false, (*compound).nverify},
		nfs4.OP_OPEN:                {0, 2, true, (*compound).open},
		nfs4.OP_OPEN_CONFIRM:        {0, 0, true, (*compound).openConfirm},
		nfs4.OP_OPEN_DOWNGRADE:      {0, 2, true, (*compound).openDowngrade},
		nfs4.OP_PUTFH:               {0, 2, false, (*compound).putfh},
		nfs4.OP_PUTPUBFH:            {0, 2, false, (*compound).putrootfh},
		nfs4.OP_PUTROOTFH:           {0, 2, false, (*compound).putrootfh},
		nfs4.OP_READ:                {0, 2, false, (*compound).read},
		nfs4.OP_READDIR:             {0, 2, false, (*compound).readdir},
		nfs4.OP_READLINK:            {0, 2, false, (*compound).readlink},
		nfs4.OP_REMOVE:              {0, 2, true, (*compound).remove},
		nfs4.OP_RENAME:              {0, 2, true, (*compound).rename},
		nfs4.OP_RENEW:               {0, 0, false, (*compound).renew},
		nfs4.OP_RESTOREFH:           {0, 2, false, (*compound).restorefh},
		nfs4.OP_SAVEFH:              {0, 2, false, (*compound).savefh},
		nfs4.OP_SECINFO:             {0, 2, false, (*compound).secinfo},
		nfs4.OP_SETATTR:             {0, 2, true, (*compound).setattr},
		nfs4.OP_SETCLIENTID:         {0, 0, true, (*compound).setclientid},
		nfs4.OP_SETCLIENTID_CONFIRM: {0, 0, true, (*compound).setclientidConfirm},
		nfs4.OP_VERIFY:              {0, 2, false, (*compound).verify},
		nfs4.OP_WRITE:               {0, 2, true, func(*compound, nfs4.NfsArgop4) status { return nfs4.NFS4ERR_SERVERFAULT }},
		nfs4.OP_RELEASE_LOCKOWNER:   {0, 0, true, (*compound).releaseLockowner},

		nfs4.OP_BIND_CONN_TO_SESSION: {1, 2, false, (*compound).bindConnToSession},
		nfs4.OP_EXCHANGE_ID:          {1, 2, false, (*compound).exchangeID},
		nfs4.OP_CREATE_SESSION:       {1, 2, false, (*compound).createSession},
		nfs4.OP_DESTROY_SESSION:      {1, 2, false, (*compound).destroySession},
		nfs4.OP_FREE_STATEID:         {1, 2, false, (*compound).freeStateid},
		nfs4.OP_SECINFO_NO_NAME:      {1, 2, false, (*compound).secinfoNoName},
		nfs4.OP_SEQUENCE:             {1, 2, false, (*compound).sequence},
		nfs4.OP_TEST_STATEID:         {1, 2, false, (*compound).testStateid},
		nfs4.OP_DESTROY_CLIENTID:     {1, 2, false, (*compound).destroyClientid},
		nfs4.OP_RECLAIM_COMPLETE:     {1, 2, false, (*compound).reclaimComplete},

		nfs4.OP_ALLOCATE:   {2, 2, true, (*compound).allocate},
		nfs4.OP_DEALLOCATE: {2, 2, true, (*compound).deallocate},
		nfs4.OP_SEEK:       {2, 2, false, (*compound).seek},
	} {
		operations[op] = o
	}
}
