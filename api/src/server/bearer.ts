import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { RequestError } from '../faults.ts'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** @throws {RequestError} `UNAUTHORIZED` unless the request carries the token. */
export function assertBearer(request: FastifyRequest, token: string): void {
  const given = request.headers.authorization ?? ''
  // Digests have equal lengths, so the comparison tells nothing about the token's.
  if (!timingSafeEqual(sha256(given), sha256(`Bearer ${token}`))) throw new RequestError({ code: 'UNAUTHORIZED' })
}
