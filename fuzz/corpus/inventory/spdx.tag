SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: n
DocumentNamespace: https://example.com/n
Creator: Tool: t
Created: 2030-01-01T00:00:00Z
PackageName: demo
SPDXID: SPDXRef-a
PackageVersion: 1
PackageDownloadLocation: NONE
