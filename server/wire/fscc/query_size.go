package fscc

// MinQuerySize gives the smallest output buffer that a query of the class may
// name; below it the answer is STATUS_INFO_LENGTH_MISMATCH, and above it, but
// too small for a name, STATUS_BUFFER_OVERFLOW with what fits. The sizes are
// those of the C structures, padded to their alignment, as Windows checks them
// (MS-FSA 2.1.5.12). ok is false for a class that cannot be queried.
func (c FileInfoClass) MinQuerySize() (n int, ok bool) {
	switch c {
	case FileBasicInformation:
		return 40, true
	case FileStandardInformation, FileIDInformation:
		return 24, true
	case FileInternalInformation, FilePositionInformation, FileAttributeTagInformation, FilePipeInformation,
		FileNameInformation, FileAlternateNameInformation, FileNormalizedNameInformation:
		return 8, true
	case FileEaInformation, FileAccessInformation, FileModeInformation, FileAlignmentInformation:
		return 4, true
	case FileAllInformation:
		return 104, true
	case FileStreamInformation:
		return 32, true
	case FileCompressionInformation, FilePipeRemoteInformation:
		return 16, true
	case FilePipeLocalInformation:
		return 40, true
	case FileNetworkOpenInformation:
		return 56, true
	case FileFullEaInformation:
		return 0, true
	}
	return 0, false
}

// MinQuerySize is the same for the file system classes (MS-FSA 2.1.5.13).
func (c FSInfoClass) MinQuerySize() (n int, ok bool) {
	switch c {
	case FileFsVolumeInformation, FileFsSizeInformation:
		return 24, true
	case FileFsDeviceInformation:
		return 8, true
	case FileFsAttributeInformation:
		return 16, true
	case FileFsControlInformation:
		return 48, true
	case FileFsFullSizeInformation:
		return 32, true
	case FileFsObjectIDInformation:
		return 64, true
	case FileFsSectorSizeInformation:
		return 28, true
	}
	return 0, false
}
