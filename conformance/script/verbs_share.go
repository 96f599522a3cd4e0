package script

// shareVerbs look at the surface on which shares and exports show.
func shareVerbs() []Verb {
	return []Verb{
		{Name: "shares", Kinds: allSMB, Needs: map[ActorKind]string{"": "smb.srvsvc"}, Result: TypeList, Fields: []Field{{Name: "count", Type: TypeNumber}},
			Params: []Param{
				only(rawSMB, enum("level", "0 1 2 501 502", "of the answer; default 1")),
				only(rawSMB, enum("pipe", "new open", "new opens a pipe for this call; open uses the one that the actor keeps open, opened at its first use. Default new")),
				opt("server", TypeString, "the server name in the request"),
			}, Doc: "srvsvc NetrShareEnum on IPC$: the names, sorted"},
		{Name: "tree", Kinds: allSMB, Makes: HoldsTree, Params: []Param{{Name: "share", Type: TypeString, Required: true}},
			Fields: []Field{{Name: "type", Type: TypeEnum, Words: []string{"disk", "pipe", "print"}}}, Doc: "SMB TREE_CONNECT"},
		{Name: "untree", Kinds: allSMB, Params: []Param{{Name: "tree", Type: TypeHandle, Required: true, Holds: HoldsTree}}, Doc: "SMB TREE_DISCONNECT"},
		{Name: "exports", Kinds: onlyNFS, Needs: map[ActorKind]string{"": "nfs.mount"}, Result: TypeList, Fields: []Field{{Name: "count", Type: TypeNumber}}, Doc: "MOUNT EXPORT: the paths, sorted"},
		{Name: "mount", Kinds: onlyNFS, Needs: map[ActorKind]string{"": "nfs.mount"}, Makes: HoldsFile, Params: []Param{{Name: "export", Type: TypeString, Required: true}}, Doc: "MOUNT MNT: the path of an export"},
		{Name: "umount", Kinds: onlyNFS, Needs: map[ActorKind]string{"": "nfs.mount"}, Params: []Param{{Name: "export", Type: TypeString, Required: true}}, Doc: "MOUNT UMNT"},
	}
}
