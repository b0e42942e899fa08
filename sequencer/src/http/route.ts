import type { FastifyReply, FastifyRequest } from 'fastify'
import { SequencerError } from '../faults.ts'

export const octets = 'application/octet-stream'
export const json = 'application/json'

type Schema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description: string
  readonly schema: Schema
}

/** One route: what it does and what the OpenAPI document says of it. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** With parameters in braces, as OpenAPI has them. */
  readonly path: string
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  /** Schemas of the body by content type. */
  readonly body?: Readonly<Record<string, Schema>>
  /** Bytes of a body at most. */
  readonly bodyLimit?: number
  /** Schemas of the answer by content type; none for a WebSocket. */
  readonly answer?: Readonly<Record<string, Schema>>
  /** Statuses of the faults it answers with, and when. */
  readonly faults: Readonly<Record<number, string>>
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
}

export const bytesBody = (description: string): Schema => ({ type: 'string', format: 'binary', description })

/** Whether the client asked for SSZ. */
export function wantsOctets(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes(octets)
}

/** Whether the body is SSZ. */
export function sentOctets(request: FastifyRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith(octets)
}

/** A decimal of a path or a query. @throws {SequencerError} `FIELD_INVALID`. */
export function parseDecimal(value: unknown, field: string, maximum: bigint): bigint {
  if (typeof value === 'string' && /^(0|[1-9][0-9]{0,19})$/.test(value)) {
    const parsed = BigInt(value)
    if (parsed <= maximum) return parsed
  }
  throw new SequencerError({ code: 'FIELD_INVALID', field, expected: `a decimal of 0 to ${maximum}` })
}

/** Refuses queries that are not known, so that a misspelt one is not taken for its default. */
export function demandQuery(request: FastifyRequest, known: readonly string[]): Readonly<Record<string, unknown>> {
  const query = request.query as Readonly<Record<string, unknown>>
  for (const name of Object.keys(query))
    if (!known.includes(name)) throw new SequencerError({ code: 'FIELD_UNKNOWN', field: name.slice(0, 100) })
  return query
}
