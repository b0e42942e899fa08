/** A blob of a publication as it is remembered: commitment in hexadecimal, bytes. */
export interface RememberedBlob {
  readonly commitment: string
  readonly length: number
}

/** A blob as it is looked for: commitment, bytes. */
export interface BlobOf {
  readonly commitment: Uint8Array
  readonly length: number
}

export function remembered({ commitment, length }: BlobOf): RememberedBlob {
  return { commitment: Buffer.from(commitment).toString('hex'), length }
}

export function blobOf({ commitment, length }: RememberedBlob): BlobOf {
  return { commitment: Uint8Array.from(Buffer.from(commitment, 'hex')), length }
}

/** A transaction that may be on its way: whoever sees one looks for its blobs before sending another. */
export interface Attempt {
  /** Head of the network before it was sent: no block up to it can have the blobs. */
  readonly from: string
  /** Last height that may have them; set once it is known that nobody knows what became of it. */
  readonly until?: string
  /** What it pays, in utia. */
  readonly fee: string
}

/** Where a publication ended. */
export interface Included {
  readonly height: string
  /** The pointer in hexadecimal. */
  readonly pointer: string
  /** What was paid, in utia. */
  readonly fee: string
}

/** What is remembered of one publication, under the SHA-256 of its bytes; heights and amounts are decimal. */
export interface Publication {
  readonly version: 1
  readonly blobs: readonly RememberedBlob[]
  /** Milliseconds since 1970 of its last change. */
  readonly at: number
  readonly attempt?: Attempt
  readonly included?: Included
}

const decimal = /^\d{1,20}$/
const hexadecimal = /^([0-9a-f]{2})+$/

/** @throws {TypeError} when the text is no publication. */
export function decodePublication(text: string): Publication {
  const value = JSON.parse(text) as Partial<Publication> | null
  const { version, blobs, at, attempt, included } = value ?? {}
  if (version !== 1) throw new TypeError(`version ${String(version)} is not known`)
  if (!Array.isArray(blobs) || blobs.length === 0 || !blobs.every(isBlob)) throw new TypeError('blobs are not readable')
  if (typeof at !== 'number' || !Number.isSafeInteger(at)) throw new TypeError('its time is not readable')
  if (attempt !== undefined && !isAttempt(attempt)) throw new TypeError('its attempt is not readable')
  if (included !== undefined && !isIncluded(included)) throw new TypeError('its inclusion is not readable')
  return value as Publication
}

function isBlob(value: unknown): boolean {
  const { commitment, length } = (value ?? {}) as Partial<RememberedBlob>
  return isText(commitment, hexadecimal) && Number.isSafeInteger(length)
}

function isAttempt({ from, until, fee }: Partial<Attempt>): boolean {
  return isText(from, decimal) && isText(fee, decimal) && (until === undefined || isText(until, decimal))
}

function isIncluded({ height, pointer, fee }: Partial<Included>): boolean {
  return isText(height, decimal) && isText(fee, decimal) && isText(pointer, hexadecimal)
}

const isText = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)
