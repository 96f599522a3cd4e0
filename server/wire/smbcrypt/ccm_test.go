package smbcrypt

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// RFC 3610 section 8 and NIST SP 800-38C appendix C.
func TestCCMVectors(t *testing.T) {
	rows := []struct {
		name, key, nonce, ad, plain, sealed string
		tag                                 int
	}{
		{"RFC 3610 packet vector 1", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5", "0001020304050607",
			"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e", "588c979a61c663d2f066d0c2c0f989806d5f6b61dac384 17e8d12cfdf926e0", 8},
		{"RFC 3610 packet vector 2", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000004030201a0a1a2a3a4a5", "0001020304050607",
			"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3b a091d56e10400916", 8},
		{"SP 800-38C example 1", "404142434445464748494a4b4c4d4e4f", "10111213141516", "0001020304050607",
			"20212223", "7162015b 4dac255d", 4},
		{"SP 800-38C example 2", "404142434445464748494a4b4c4d4e4f", "1011121314151617", "000102030405060708090a0b0c0d0e0f",
			"202122232425262728292a2b2c2d2e2f", "d2a1f0e051ea5f62081a7792073d593d 1fc64fbfaccd", 6},
		{"SP 800-38C example 3", "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
			"202122232425262728292a2b2c2d2e2f3031323334353637", "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5 484392fbc1b09951", 8},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) { checkCCM(t, r.key, r.nonce, unhex(t, r.ad), r.plain, r.sealed, r.tag) })
	}
	t.Run("SP 800-38C example 4, 64 KiB of additional data", func(t *testing.T) {
		ad := make([]byte, 65536)
		for i := range ad {
			ad[i] = byte(i)
		}
		checkCCM(t, "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b1c", ad,
			"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
			"69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72 b4ac6bec93e8598e7f0dadbcea5b", 14)
	})
}

func checkCCM(t *testing.T, key, nonce string, ad []byte, plain, sealed string, tag int) {
	n := unhex(t, nonce)
	c, err := NewCCM(unhex(t, key), len(n), tag)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Seal([]byte("head"), n, unhex(t, plain), ad)
	wantHex(t, "sealed", got[4:], sealed)
	back, err := c.Open([]byte("head"), n, got[4:], ad)
	if err != nil {
		t.Fatal(err)
	}
	wantHex(t, "opened", back[4:], plain)
}

func TestCCMRefusesEveryChangedBit(t *testing.T) {
	c, err := NewCCM(make([]byte, 16), 11, 16)
	if err != nil {
		t.Fatal(err)
	}
	nonce, ad := make([]byte, 11), []byte("additional")
	sealed := c.Seal(nil, nonce, []byte("seventeen letters"), ad)
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := c.Open(nil, nonce, bad, ad); err == nil {
			t.Fatalf("bit %d", i)
		}
	}
	if _, err := c.Open(nil, nonce, sealed, []byte("additionaL")); err == nil {
		t.Error("additional data")
	}
	if _, err := c.Open(nil, nonce, sealed[:15], ad); err == nil {
		t.Error("shorter than the tag")
	}
}

func TestCCMInPlaceRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c, err := NewCCM(make([]byte, 32), 11, 16)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		plain := make([]byte, n, n+16)
		for i := range plain {
			plain[i] = byte(r.Uint32())
		}
		want := bytes.Clone(plain)
		nonce := make([]byte, 11)
		sealed := c.Seal(plain[:0], nonce, plain, want)
		if &sealed[0] != &plain[:1][0] {
			t.Fatal("not in place")
		}
		got, err := c.Open(sealed[:0], nonce, sealed, want)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}
