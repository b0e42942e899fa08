// Pointers as claims carry them, for the fuzzer.
export { type AltDaPointer, decodeAltDaPointer, encodeAltDaPointer } from './alt-da/pointer.ts'
export { type BlobPointer, decodeBlobPointer, encodeBlobPointer } from './ethereum-blobs/pointer.ts'
export { decodeLocalPointer, encodeLocalPointer, type LocalPointer } from './local/pointer.ts'
