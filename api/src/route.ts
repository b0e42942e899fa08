import type { Codec } from './codec/codec.ts'
import type { Parameter } from './codec/parameter.ts'
import { RequestError, type RequestFault } from './faults.ts'

export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** The values of parameters. */
export type ParametersOf<P> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never }

/** The values of a query: every field of one may be left out. */
export type QueryOf<Q> = { readonly [K in keyof Q]?: (Q[K] extends Parameter<infer T> ? T : never) | undefined }

/** A value as octets. */
export interface Octets<O> {
  readonly description: string
  /** Media type; `application/octet-stream` when left out. */
  readonly type?: string
  deserialize(bytes: Uint8Array): O
}

/** Octets that have no form of their own here. */
export const raw = (description: string): Octets<Uint8Array> => ({ description, deserialize: (bytes) => bytes })

/** Octets of an SSZ type. */
export function sszOctets<O>(description: string, type: { deserialize(bytes: Uint8Array): O }): Octets<O> {
  return { description, deserialize: (bytes) => type.deserialize(bytes) }
}

/** The forms of an answer or a body; which of several is sent is for whoever asks to say, by `Accept` or `Content-Type`. */
export interface Forms<J, O> {
  readonly json?: Codec<J>
  readonly octets?: Octets<O>
  /** Media type and description of an answer in text. */
  readonly text?: { readonly type: string; readonly description: string }
}

/** One route as data: registration, checks, document, client and fuzzing follow from it. */
export interface Route<
  P extends Parameters = Parameters,
  Q extends Parameters = Parameters,
  J = unknown,
  O = unknown,
  B = unknown,
> {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  /** With parameters in braces, as OpenAPI has them. */
  readonly path: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: Forms<B, Uint8Array>
  /** None for a WebSocket. */
  readonly answer?: Forms<J, O>
  /** Status of the answer and of others that mean the same. @default [200] */
  readonly statuses?: readonly number[]
  /** Answers have an ETag, and are not sent again to who has them: 304. */
  readonly revalidates?: boolean
  /** Codes it answers with beside those of every route. */
  readonly faults: readonly string[]
  /** Tokens that it costs beside those of any request. */
  readonly cost?: number
  /** Bytes of the answer at most, where they are many. */
  readonly answerBytes?: number
  /** Query fields are passed over: probes and scrapers add their own. */
  readonly anyQuery?: boolean
  /** Answered also when the process has failed. */
  readonly always?: boolean
  /** Bytes of a body at most. */
  readonly bodyLimit?: number
}

/** A route of whatever values. */
export type AnyRoute = Route

export type Routes = Readonly<Record<string, AnyRoute>>

/** A route, with its types as they are given. */
export function route<
  P extends Parameters = Record<never, never>,
  Q extends Parameters = Record<never, never>,
  J = never,
  O = never,
  B = never,
>(described: Route<P, Q, J, O, B>): Route<P, Q, J, O, B> {
  return described
}

export interface Place<P, Q> {
  readonly params: P
  readonly query: Q
}

export type PlaceOf<R> =
  R extends Route<infer P, infer Q, infer _J, infer _O, infer _B> ? Place<ParametersOf<P>, QueryOf<Q>> : never

type Texts = Readonly<Record<string, unknown>>

function read(field: string, given: unknown, { parse, expected }: Parameter<unknown>): unknown {
  const value = typeof given === 'string' ? parse(given) : undefined
  if (value === undefined) throw new RequestError({ code: 'FIELD_INVALID', field, expected })
  return value
}

/** Path and query as they came. */
export interface PlaceTexts {
  readonly params: Texts
  readonly query: Texts
}

/**
 * What reads the values of a route's path and query. A query field that is not known is refused: a misspelt one must not
 * be read as left out.
 * @returns what throws {RequestError} `FIELD_INVALID`, `FIELD_UNKNOWN`.
 */
export function placeReader<R extends AnyRoute>({ params = {}, query = {}, anyQuery = false }: R) {
  const inPath = Object.entries(params)
  const inQuery = Object.entries(query)
  return (texts: PlaceTexts): PlaceOf<R> => {
    if (!anyQuery)
      for (const field in texts.query)
        if (!Object.hasOwn(query, field)) throw new RequestError({ code: 'FIELD_UNKNOWN', field })
    const values: { readonly params: Record<string, unknown>; readonly query: Record<string, unknown> } = {
      params: {},
      query: {},
    }
    for (const [name, parameter] of inPath) values.params[name] = read(name, texts.params[name], parameter)
    for (const [name, parameter] of inQuery)
      if (texts.query[name] !== undefined) values.query[name] = read(name, texts.query[name], parameter)
    return values as PlaceOf<R>
  }
}

/** Path and query of a request. */
export function pathOf<R extends AnyRoute>(described: R, place: Partial<PlaceOf<R>> = {}): string {
  const { path, params = {}, query = {} } = described
  const given = place as { readonly params?: Texts; readonly query?: Texts }
  const text = (parameter: Parameter<unknown>, value: unknown): string => encodeURIComponent(parameter.format(value))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    text(params[name] as Parameter<unknown>, given.params?.[name]),
  )
  const fields = Object.entries(query)
    .filter(([name]) => given.query?.[name] !== undefined)
    .map(([name, parameter]) => `${name}=${text(parameter, given.query?.[name])}`)
  return fields.length === 0 ? filled : `${filled}?${fields.join('&')}`
}

const always: readonly RequestFault['code'][] = [
  'FIELD_UNKNOWN',
  'INTERNAL',
  'OVERLOADED',
  'QUOTA_EXCEEDED',
  'REQUEST_MALFORMED',
  'REQUEST_TIMEOUT',
]
const withBody: readonly RequestFault['code'][] = [
  'BODY_MALFORMED',
  'BODY_SIZE',
  'CONTENT_ENCODING',
  'CONTENT_TYPE',
  'FIELD_INVALID',
]

/** All codes that a route answers with. */
export function faultsOf({ params, query, body, faults }: AnyRoute): string[] {
  const placed = params !== undefined || query !== undefined
  const codes = [...always, ...(body === undefined ? [] : withBody), ...(placed ? ['FIELD_INVALID'] : []), ...faults]
  return [...new Set(codes)].sort()
}
