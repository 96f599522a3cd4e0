package script

// controlVerbs act on the target's control plane. The actor `control` is there without being declared.
func controlVerbs() []Verb {
	share := Param{Name: "name", Type: TypeString, Required: true}
	needs := func(capability string) map[ActorKind]string { return map[ActorKind]string{"": capability} }
	return []Verb{
		{Name: "share add", Kinds: onlyCtrl, Needs: needs("control.share"), Params: []Param{share, flag("readonly", ""), opt("capacity", TypeNumber, "how many bytes it can hold")}, Doc: "adds a share, which is also the export /NAME"},
		{Name: "share remove", Kinds: onlyCtrl, Needs: needs("control.share"), Params: []Param{share}, Doc: "removes it"},
		{Name: "share list", Kinds: onlyCtrl, Needs: needs("control.share"), Result: TypeList, Doc: "the names, sorted"},
		{Name: "policy", Kinds: onlyCtrl, Needs: needs("control.policy"), Params: []Param{{Name: "policy", Form: Pair, Type: TypeEnum, Required: true}}, Doc: "changes a policy from now on"},
		{Name: "counter", Kinds: onlyCtrl, Needs: needs("control.counter"), Params: []Param{{Name: "name", Type: TypeString, Required: true}}, Result: TypeNumber, Doc: "the value of a counter"},
		{Name: "clock", Kinds: onlyCtrl, Params: []Param{{Name: "by", Form: Plus, Type: TypeDuration, Required: true}}, Doc: "moves the target's clock forward; a target whose clock is not ours is given that long in real time"},
		{Name: "quiesce", Kinds: onlyCtrl, Needs: needs("control.quiesce"), Doc: "returns when the target has nothing under way but waits"},
		{Name: "crash", Kinds: onlyCtrl, Needs: needs("control.crash"), Doc: "the target dies and comes back, as from a power cut"},
	}
}
