package script

import "strings"

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

// setupParams are the arguments of the set-up lines.
func setupParams(k SetupKind) []Param {
	owner := []Param{opt("mode", TypeNumber, ""), opt("uid", TypeNumber, ""), opt("gid", TypeNumber, "")}
	p := Param{Name: "path", Type: TypePath, Required: true, Makes: true}
	switch k {
	case SetupFile:
		return append([]Param{p, {Name: "data", Type: TypeBytes}}, owner...)
	case SetupDir:
		return append([]Param{p}, owner...)
	case SetupSymlink:
		return []Param{p, {Name: "text", Type: TypeString, Required: true}}
	case SetupLink:
		return []Param{{Name: "existing", Type: TypePath, Required: true}, p}
	}
	return nil
}

var setupKinds = []SetupKind{SetupFile, SetupDir, SetupSymlink, SetupLink}
