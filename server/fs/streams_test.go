package fs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStreams(t *testing.T) {
	m := newFS(Options{Capacity: 3 * BlockSize})
	h := file(t, m, "f")
	a := attr(t, m, h)
	info, created, err := m.CreateStream(h, "Zone.Identifier", true)
	require.NoError(t, err)
	require.True(t, created)
	require.Equal(t, StreamInfo{Name: "Zone.Identifier"}, info)
	require.Greater(t, attr(t, m, h).Change, a.Change)

	info, created, err = m.CreateStream(h, "ZONE.identifier", false)
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, "Zone.Identifier", info.Name)
	_, _, err = m.CreateStream(h, "zone.identifier", true)
	require.ErrorIs(t, err, ErrExist)

	w := write(t, m, h, "zone.IDENTIFIER", "[ZoneTransfer]", 0)
	require.Zero(t, w.WCC.After.Size, "the file's size is the default stream's")
	require.True(t, w.WCC.After.Mtime.After(a.Mtime))
	require.Equal(t, "Zone", read(t, m, h, "Zone.Identifier", 1, 4))
	require.Empty(t, read(t, m, h, "", 0, 9))

	_, _, err = m.CreateStream(h, "second", false)
	require.NoError(t, err)
	write(t, m, h, "second", "2", BlockSize)
	list, err := m.Streams(h)
	require.NoError(t, err)
	require.Equal(t, []StreamInfo{
		{Name: "Zone.Identifier", Size: 14, Used: BlockSize},
		{Name: "second", Size: BlockSize + 1, Used: BlockSize},
	}, list)

	_, err = m.RenameStream(h, "second", "zone.identifier", false)
	require.ErrorIs(t, err, ErrExist)
	_, err = m.RenameStream(h, "second", "SECOND", false)
	require.NoError(t, err)
	_, err = m.RenameStream(h, "second", "zone.identifier", true)
	require.NoError(t, err)
	list, err = m.Streams(h)
	require.NoError(t, err)
	require.Equal(t, []StreamInfo{{Name: "zone.identifier", Size: BlockSize + 1, Used: BlockSize}}, list)
	require.EqualValues(t, 2*BlockSize, m.StatFS().Free)

	_, err = m.RemoveStream(h, "ZONE.IDENTIFIER")
	require.NoError(t, err)
	require.EqualValues(t, 3*BlockSize, m.StatFS().Free)
	_, err = m.RemoveStream(h, "zone.identifier")
	require.ErrorIs(t, err, ErrNoStream)
	_, err = m.RenameStream(h, "zone.identifier", "x", true)
	require.ErrorIs(t, err, ErrNoStream)
	_, _, err = m.ReadAt(h, "zone.identifier", nil, 0)
	require.ErrorIs(t, err, ErrNoStream)

	_, _, err = m.CreateStream(h, "last", false)
	require.NoError(t, err)
	write(t, m, h, "last", "x", 0)
	_, err = m.Remove(m.Root(), "f", h)
	require.NoError(t, err)
	require.EqualValues(t, 3*BlockSize, m.StatFS().Free)
}

func TestStreamNames(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	sym, err := m.Symlink(m.Root(), "sym", "x", Changes{}, false)
	require.NoError(t, err)
	for row, name := range map[string]string{"empty": "", "slash": "a/b", "backslash": `a\b`, "colon": "a:b", "NUL": "a\x00"} {
		_, _, err := m.CreateStream(h, name, false)
		require.ErrorIs(t, err, ErrInval, row)
	}
	_, _, err = m.CreateStream(h, strings.Repeat("s", StreamNameMax+1), false)
	require.ErrorIs(t, err, ErrNameTooLong)
	_, _, err = m.CreateStream(sym.Entry.Attr.Handle, "s", false)
	require.ErrorIs(t, err, ErrInval)
	for i := range MaxStreams {
		_, _, err := m.CreateStream(m.Root(), fmt.Sprint(i), true)
		require.NoError(t, err)
	}
	_, _, err = m.CreateStream(m.Root(), "one more", true)
	require.ErrorIs(t, err, ErrRange)
}

func TestXattr(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	a := attr(t, m, h)
	set := func(name, value string, f XattrFlags) error {
		_, err := m.SetXattr(h, name, []byte(value), f)
		return err
	}
	require.ErrorIs(t, set("user.a", "1", XattrReplace), ErrNoAttr)
	require.NoError(t, set("user.a", "1", XattrCreate))
	require.ErrorIs(t, set("user.a", "2", XattrCreate), ErrExist)
	require.NoError(t, set("user.a", "2", XattrReplace))
	require.NoError(t, set("User.A", "", 0))
	require.Equal(t, a.Change+3, attr(t, m, h).Change)
	require.Equal(t, a.Mtime, attr(t, m, h).Mtime)

	v, err := m.GetXattr(h, "user.a")
	require.NoError(t, err)
	require.Equal(t, "2", string(v))
	v[0] = 'X' // a copy
	v, err = m.GetXattr(h, "user.a")
	require.NoError(t, err)
	require.Equal(t, "2", string(v))
	list, err := m.ListXattr(h)
	require.NoError(t, err)
	require.Equal(t, []string{"User.A", "user.a"}, list)

	require.ErrorIs(t, set("", "", 0), ErrInval)
	require.ErrorIs(t, set("a\x00", "", 0), ErrInval)
	require.ErrorIs(t, set(strings.Repeat("n", XattrNameMax+1), "", 0), ErrRange)
	require.ErrorIs(t, set("n", strings.Repeat("v", XattrValueMax+1), 0), ErrRange)
	big := strings.Repeat("v", XattrValueMax)
	for _, n := range []string{"1", "2", "3"} {
		require.NoError(t, set(n, big, 0))
	}
	require.ErrorIs(t, set("4", big, 0), ErrRange, "the sum of a file's")
	require.NoError(t, set("3", big, 0), "the old value does not count")

	_, err = m.RemoveXattr(h, "user.a")
	require.NoError(t, err)
	_, err = m.RemoveXattr(h, "user.a")
	require.ErrorIs(t, err, ErrNoAttr)
	_, err = m.GetXattr(h, "user.a")
	require.ErrorIs(t, err, ErrNoAttr)
}
