"""Asks a server for its shares in every way that impacket has, and prints the
answers as JSON: impacket_shares.py HOST PORT USER PASSWORD

What fails is answered with the text of the error, for the test to judge.
"""

import json
import sys

from impacket import smb3structs
from impacket.dcerpc.v5 import srvs, transport, wkst
from impacket.smbconnection import SMBConnection

HOST, PORT, USER, PASSWORD = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]

DIALECTS = {
    "default": None,
    "2.0.2": smb3structs.SMB2_DIALECT_002,
    "2.1": smb3structs.SMB2_DIALECT_21,
    "3.0": smb3structs.SMB2_DIALECT_30,
    "3.1.1": smb3structs.SMB2_DIALECT_311,
}


def text(value):
    """A string of NDR without its terminator."""
    return value[:-1]


def answer(ask):
    try:
        return ask()
    except Exception as error:  # the test judges
        return "%s: %s" % (type(error).__name__, error)


def as_list(value):
    return value if isinstance(value, list) else [value]


def files_and_shares():
    shares, files = {}, {}
    for name, dialect in DIALECTS.items():
        def ask():
            client = SMBConnection(HOST, HOST, sess_port=PORT, preferredDialect=dialect)
            # In 3.1.1 impacket 0.10 derives the keys of an NTLM session from
            # its SESSION_SETUPs only, without NEGOTIATE (MS-SMB2 3.2.5.2).
            smb = client.getSMBServer()
            smb._Session["PreauthIntegrityHashValue"] = smb._Connection["PreauthIntegrityHashValue"]
            client.login(USER, PASSWORD)
            files[name] = as_list(answer(lambda: [f.get_longname() for f in client.listPath("data", "*")]))
            found = [text(s["shi1_netname"]) for s in client.listShares()]
            client.logoff()
            return found
        shares[name] = as_list(answer(ask))
    return shares, files


def pipe(name, uuid):
    rpc = transport.SMBTransport(HOST, PORT, name, username=USER, password=PASSWORD).get_dce_rpc()
    rpc.connect()
    rpc.bind(uuid)
    return rpc


def enum(rpc, level):
    found = srvs.hNetrShareEnum(rpc, level)["InfoStruct"]["ShareInfo"]["Level%d" % level]["Buffer"]
    return [text(s["shi%d_netname" % level]) for s in found]


def get_info(rpc, level):
    found = srvs.hNetrShareGetInfo(rpc, "data\0", level)["InfoStruct"]["ShareInfo%d" % level]
    return text(found["shi%d_netname" % level])


def server(rpc, level):
    return text(srvs.hNetrServerGetInfo(rpc, level)["InfoStruct"]["ServerInfo%d" % level]["sv%d_name" % level])


def wksta(rpc, level):
    return text(wkst.hNetrWkstaGetInfo(rpc, level)["WkstaInfo"]["WkstaInfo%d" % level]["wki%d_computername" % level])


def main():
    shares, files = files_and_shares()
    rpc = pipe(r"\srvsvc", srvs.MSRPC_UUID_SRVS)
    answers = {
        "shares": shares,
        "files": files,
        # One pipe for all: a fault must not spoil what follows it.
        "enum": {level: as_list(answer(lambda: enum(rpc, level))) for level in (503, 0, 1, 2, 501, 502)},
        "get_info": {level: answer(lambda: get_info(rpc, level)) for level in (0, 1, 2, 501, 502)},
        "server": {level: answer(lambda: server(rpc, level)) for level in (100, 101, 102)},
    }
    rpc = pipe(r"\wkssvc", wkst.MSRPC_UUID_WKST)
    answers["wksta"] = {100: answer(lambda: wksta(rpc, 100))}
    json.dump(answers, sys.stdout, indent=1)


main()
