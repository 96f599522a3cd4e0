package fscc

import "fmt"

// EANeedEA in Flags says that whoever does not understand the attribute cannot
// use the file.
const EANeedEA uint8 = 0x80

// FullEa is one entry of FileFullEaInformation (MS-FSCC 2.4.16). The name is
// ASCII; an empty value deletes the attribute in a set.
type FullEa struct {
	Flags uint8
	Name  string
	Value []byte
}

// size is the entry without padding.
func (e *FullEa) size() int { return 8 + len(e.Name) + 1 + len(e.Value) }

// EaListSize gives the bytes that AppendFullEas needs for the whole list.
func EaListSize(list []FullEa) int {
	n := 0
	for i := range list {
		n = (n+3)&^3 + list[i].size()
	}
	return n
}

// AppendFullEas appends as many entries as fit into max bytes, each at a
// multiple of 4, and gives how many.
func AppendFullEas(dst []byte, max int, list []FullEa) (out []byte, n int) {
	c := newChain(dst, max, 4)
	for i := range list {
		e := &list[i]
		ok := c.add(e.size(), func(d []byte) []byte {
			d = u32(d, 0)
			d = append(d, e.Flags, byte(len(e.Name)))
			d = u16(d, uint16(len(e.Value)))
			d = append(d, e.Name...)
			d = append(d, 0)
			return append(d, e.Value...)
		})
		if !ok {
			return c.out, i
		}
	}
	return c.out, len(list)
}

// DecodeFullEas reads a list; the answer to an error is STATUS_EA_LIST_INCONSISTENT.
func DecodeFullEas(b []byte) ([]FullEa, error) {
	const name = "FileFullEaInformation"
	var l []FullEa
	err := eachEntry(name, b, 9, 4, func(e []byte) error {
		nameLen, valueLen := int(e[5]), int(le.Uint16(e[6:]))
		if len(e) < 8+nameLen+1+valueLen {
			return &DecodeError{name, "EaValueLength", fmt.Sprintf("%d and %d in %d bytes", nameLen, valueLen, len(e))}
		}
		if e[8+nameLen] != 0 {
			return &DecodeError{name, "EaName", "no terminating zero"}
		}
		l = append(l, FullEa{e[4], string(e[8 : 8+nameLen]), e[9+nameLen : 9+nameLen+valueLen]})
		return nil
	})
	return l, err
}

// AppendGetEas appends a FILE_GET_EA_INFORMATION list, the names that a query
// asks for (MS-FSCC 2.4.16.1).
func AppendGetEas(dst []byte, names []string) []byte {
	c := newChain(dst, 1<<30, 4)
	for _, n := range names {
		c.add(6+len(n), func(d []byte) []byte {
			d = u32(d, 0)
			d = append(d, byte(len(n)))
			d = append(d, n...)
			return append(d, 0)
		})
	}
	return c.out
}

// DecodeGetEas reads the list.
func DecodeGetEas(b []byte) ([]string, error) {
	const name = "FILE_GET_EA_INFORMATION"
	var l []string
	err := eachEntry(name, b, 6, 4, func(e []byte) error {
		n := int(e[4])
		if len(e) < 5+n+1 || e[5+n] != 0 {
			return &DecodeError{name, "EaName", fmt.Sprintf("%d bytes in %d", n, len(e))}
		}
		l = append(l, string(e[5:5+n]))
		return nil
	})
	return l, err
}
