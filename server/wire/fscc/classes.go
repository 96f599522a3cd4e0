package fscc

import "fmt"

// FileInfoClass is a file information class number (MS-FSCC 2.4).
type FileInfoClass uint8

// The file information classes.
const (
	FileDirectoryInformation           FileInfoClass = 1
	FileFullDirectoryInformation       FileInfoClass = 2
	FileBothDirectoryInformation       FileInfoClass = 3
	FileBasicInformation               FileInfoClass = 4
	FileStandardInformation            FileInfoClass = 5
	FileInternalInformation            FileInfoClass = 6
	FileEaInformation                  FileInfoClass = 7
	FileAccessInformation              FileInfoClass = 8
	FileNameInformation                FileInfoClass = 9
	FileRenameInformation              FileInfoClass = 10
	FileLinkInformation                FileInfoClass = 11
	FileNamesInformation               FileInfoClass = 12
	FileDispositionInformation         FileInfoClass = 13
	FilePositionInformation            FileInfoClass = 14
	FileFullEaInformation              FileInfoClass = 15
	FileModeInformation                FileInfoClass = 16
	FileAlignmentInformation           FileInfoClass = 17
	FileAllInformation                 FileInfoClass = 18
	FileAllocationInformation          FileInfoClass = 19
	FileEndOfFileInformation           FileInfoClass = 20
	FileAlternateNameInformation       FileInfoClass = 21
	FileStreamInformation              FileInfoClass = 22
	FilePipeInformation                FileInfoClass = 23
	FilePipeLocalInformation           FileInfoClass = 24
	FilePipeRemoteInformation          FileInfoClass = 25
	FileMailslotQueryInformation       FileInfoClass = 26
	FileMailslotSetInformation         FileInfoClass = 27
	FileCompressionInformation         FileInfoClass = 28
	FileObjectIDInformation            FileInfoClass = 29
	FileMoveClusterInformation         FileInfoClass = 31
	FileQuotaInformation               FileInfoClass = 32
	FileReparsePointInformation        FileInfoClass = 33
	FileNetworkOpenInformation         FileInfoClass = 34
	FileAttributeTagInformation        FileInfoClass = 35
	FileTrackingInformation            FileInfoClass = 36
	FileIDBothDirectoryInformation     FileInfoClass = 37
	FileIDFullDirectoryInformation     FileInfoClass = 38
	FileValidDataLengthInformation     FileInfoClass = 39
	FileShortNameInformation           FileInfoClass = 40
	FileSfioReserveInformation         FileInfoClass = 44
	FileHardLinkInformation            FileInfoClass = 46
	FileNormalizedNameInformation      FileInfoClass = 48
	FileIDGlobalTxDirectoryInformation FileInfoClass = 50
	FileStandardLinkInformation        FileInfoClass = 54
	FileIDInformation                  FileInfoClass = 59
	FileIDExtdDirectoryInformation     FileInfoClass = 60
	FileDispositionInformationEx       FileInfoClass = 64
	FileRenameInformationEx            FileInfoClass = 65
	FileIDExtdBothDirectoryInformation FileInfoClass = 63
)

var fileInfoNames = map[FileInfoClass]string{
	FileDirectoryInformation:           "FileDirectoryInformation",
	FileFullDirectoryInformation:       "FileFullDirectoryInformation",
	FileBothDirectoryInformation:       "FileBothDirectoryInformation",
	FileBasicInformation:               "FileBasicInformation",
	FileStandardInformation:            "FileStandardInformation",
	FileInternalInformation:            "FileInternalInformation",
	FileEaInformation:                  "FileEaInformation",
	FileAccessInformation:              "FileAccessInformation",
	FileNameInformation:                "FileNameInformation",
	FileRenameInformation:              "FileRenameInformation",
	FileLinkInformation:                "FileLinkInformation",
	FileNamesInformation:               "FileNamesInformation",
	FileDispositionInformation:         "FileDispositionInformation",
	FilePositionInformation:            "FilePositionInformation",
	FileFullEaInformation:              "FileFullEaInformation",
	FileModeInformation:                "FileModeInformation",
	FileAlignmentInformation:           "FileAlignmentInformation",
	FileAllInformation:                 "FileAllInformation",
	FileAllocationInformation:          "FileAllocationInformation",
	FileEndOfFileInformation:           "FileEndOfFileInformation",
	FileAlternateNameInformation:       "FileAlternateNameInformation",
	FileStreamInformation:              "FileStreamInformation",
	FilePipeInformation:                "FilePipeInformation",
	FilePipeLocalInformation:           "FilePipeLocalInformation",
	FilePipeRemoteInformation:          "FilePipeRemoteInformation",
	FileMailslotQueryInformation:       "FileMailslotQueryInformation",
	FileMailslotSetInformation:         "FileMailslotSetInformation",
	FileCompressionInformation:         "FileCompressionInformation",
	FileObjectIDInformation:            "FileObjectIdInformation",
	FileMoveClusterInformation:         "FileMoveClusterInformation",
	FileQuotaInformation:               "FileQuotaInformation",
	FileReparsePointInformation:        "FileReparsePointInformation",
	FileNetworkOpenInformation:         "FileNetworkOpenInformation",
	FileAttributeTagInformation:        "FileAttributeTagInformation",
	FileTrackingInformation:            "FileTrackingInformation",
	FileIDBothDirectoryInformation:     "FileIdBothDirectoryInformation",
	FileIDFullDirectoryInformation:     "FileIdFullDirectoryInformation",
	FileValidDataLengthInformation:     "FileValidDataLengthInformation",
	FileShortNameInformation:           "FileShortNameInformation",
	FileSfioReserveInformation:         "FileSfioReserveInformation",
	FileHardLinkInformation:            "FileHardLinkInformation",
	FileNormalizedNameInformation:      "FileNormalizedNameInformation",
	FileIDGlobalTxDirectoryInformation: "FileIdGlobalTxDirectoryInformation",
	FileStandardLinkInformation:        "FileStandardLinkInformation",
	FileIDInformation:                  "FileIdInformation",
	FileIDExtdDirectoryInformation:     "FileIdExtdDirectoryInformation",
	FileDispositionInformationEx:       "FileDispositionInformationEx",
	FileRenameInformationEx:            "FileRenameInformationEx",
	FileIDExtdBothDirectoryInformation: "FileIdExtdBothDirectoryInformation",
}

// String gives the specification's name.
func (c FileInfoClass) String() string {
	if n, ok := fileInfoNames[c]; ok {
		return n
	}
	return fmt.Sprintf("FileInfoClass(%d)", uint8(c))
}

// FSInfoClass is a file system information class number (MS-FSCC 2.5).
type FSInfoClass uint8

// The file system information classes.
const (
	FileFsVolumeInformation     FSInfoClass = 1
	FileFsLabelInformation      FSInfoClass = 2
	FileFsSizeInformation       FSInfoClass = 3
	FileFsDeviceInformation     FSInfoClass = 4
	FileFsAttributeInformation  FSInfoClass = 5
	FileFsControlInformation    FSInfoClass = 6
	FileFsFullSizeInformation   FSInfoClass = 7
	FileFsObjectIDInformation   FSInfoClass = 8
	FileFsDriverPathInformation FSInfoClass = 9
	FileFsVolumeFlagsInfo       FSInfoClass = 10
	FileFsSectorSizeInformation FSInfoClass = 11
)

// String gives the specification's name.
func (c FSInfoClass) String() string {
	names := [...]string{
		1: "FileFsVolumeInformation", 2: "FileFsLabelInformation", 3: "FileFsSizeInformation",
		4: "FileFsDeviceInformation", 5: "FileFsAttributeInformation", 6: "FileFsControlInformation",
		7: "FileFsFullSizeInformation", 8: "FileFsObjectIdInformation", 9: "FileFsDriverPathInformation",
		10: "FileFsVolumeFlagsInformation", 11: "FileFsSectorSizeInformation",
	}
	if int(c) < len(names) && names[c] != "" {
		return names[c]
	}
	return fmt.Sprintf("FSInfoClass(%d)", uint8(c))
}
