package vfs_test

import (
	"context"
	"testing"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/runtime"
	"crosswire/server/smb/oplock"
	"crosswire/server/vfs"
)

// BenchmarkWrite4K compares a write with nobody to ask against one with an
// oplock manager that holds nothing: the difference is what the break check
// costs when no lease is held.
func BenchmarkWrite4K(b *testing.B) {
	for _, c := range []struct {
		name    string
		breaker bool
	}{{"no breaker", false}, {"breaker, no lease", true}} {
		b.Run(c.name, func(b *testing.B) {
			rt := runtime.New()
			v := vfs.New(rt, clock.System{})
			if err := rt.AddShare(adapter.Share{Name: "data"}); err != nil {
				b.Fatal(err)
			}
			if c.breaker {
				oplock.New(clock.System{}, oplock.Options{}).SetRuntime(rt)
			}
			tree, err := v.Tree("data")
			if err != nil {
				b.Fatal(err)
			}
			ctx := context.Background()
			n, err := tree.Create(ctx, root, tree.Root(), "f", vfs.CreateOptions{})
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 4096)
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tree.Write(ctx, root, n.Entry.Attr.Handle, "", buf, 0, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
