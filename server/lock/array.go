package lock

// Element is one element of the array of an SMB2 LOCK request (MS-SMB2
// 2.2.26.1).
type Element struct {
	Off, Len  uint64
	Exclusive bool
}

// LockArray takes all of the SMB-style locks at once or none (MS-SMB2
// 3.3.5.14.2: a failure gives back the locks of the elements before it). On an
// error, which is that of Lock, failed is the index of its element.
func (t *Table) LockArray(h FileHandle, stream string, owner Owner, elements []Element) (failed int, err error) {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(h)
	defer s.tidy(h, f)
	st := f.stream(stream)
	before := len(st.locks)
	for i, e := range elements {
		want, err := Request{Owner: owner, Exclusive: e.Exclusive, Off: e.Off, Len: e.Len}.held()
		if err == nil {
			err = st.take(want)
		}
		if err != nil {
			// SMB locks are only appended, so what this request took is
			// what came after.
			clear(st.locks[before:])
			st.locks = st.locks[:before]
			return i, err
		}
	}
	return 0, nil
}

// UnlockArray gives up the locks of the elements, in their order, up to the
// first that fails (with an error as Unlock's); those before it stay unlocked
// (MS-SMB2 3.3.5.14.1). done is how many were unlocked.
func (t *Table) UnlockArray(h FileHandle, stream string, owner Owner, elements []Element) (done int, err error) {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[h]
	st := f.find(stream)
	if st != nil {
		defer s.tidy(h, f)
		defer st.wake()
	}
	for i, e := range elements {
		if _, err := smbSpan(e.Off, e.Len); err != nil {
			return i, err
		}
		if st == nil || !st.releaseSMB(owner, e.Off, e.Len) {
			return i, ErrNotLocked
		}
	}
	return len(elements), nil
}
