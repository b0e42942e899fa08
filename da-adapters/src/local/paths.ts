/** Path of the HTTP resource of data with this digest. */
export function dataPath(digest: Uint8Array): string {
  return `/v1/data/${Buffer.from(digest).toString('hex')}`
}

export const dataRoute = '/v1/data/:digest'

/** The digest of a path, or undefined when it is not 64 lower-case hex digits. */
export function parseDigest(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined
}
