/** What it takes to make a service that lies. */
export { nextRecordHead } from './client/chains.ts'
export { decodeSigned, encodeSigned, signBytes } from './forms/signing.ts'
export { decodeStatement, encodeStatement, type Statement, type StatementKind } from './forms/statements.ts'
