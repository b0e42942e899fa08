import type { FastifyRequest } from 'fastify'
import { RequestError } from '../faults.ts'

/** Bytes that a request announces. @throws {RequestError} `BODY_SIZE` where it announces none. */
export function announcedBytes({ headers }: FastifyRequest, maximum: number): number {
  const bytes = Number(headers['content-length'] ?? Number.NaN)
  if (Number.isInteger(bytes) && bytes > 0 && bytes <= maximum) return bytes
  throw new RequestError({
    code: 'BODY_SIZE',
    bytes: Number.isInteger(bytes) ? bytes : 0,
    minimum: 1,
    maximum,
    multipleOf: 1,
  })
}
