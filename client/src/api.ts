import { type AnyRoute, type PlaceOf, pathOf, RequestError, type Route } from '@parley/api'
import { ClientError } from './faults.ts'
import { accepted, createHttp, type HttpAnswer, type HttpOptions, jsonOf, type ServerDeps } from './http.ts'
import { serverEndpoint } from './server-endpoint.ts'

export type JsonOf<R> = R extends Route<infer _P, infer _Q, infer J, infer _O, infer _B> ? J : never
type OctetsOf<R> = R extends Route<infer _P, infer _Q, infer _J, infer O, infer _B> ? O : never

const octets = 'application/octet-stream'

/** Asks a server by its table of routes. Everything throws {@link ClientError}. */
export interface Api {
  /** @throws {ClientError} `ANSWER_INVALID`, `REQUEST_REFUSED`, and what {@link createHttp}'s requests throw. */
  json<R extends AnyRoute>(route: R, place?: Partial<PlaceOf<R>>, signal?: AbortSignal): Promise<JsonOf<R>>
  /** As `json`; undefined when the server knows nothing there. */
  find<R extends AnyRoute>(route: R, place: Partial<PlaceOf<R>>, signal?: AbortSignal): Promise<JsonOf<R> | undefined>
  /** As `find`, in octets where the server has them, otherwise as JSON. */
  findSmall<R extends AnyRoute>(
    route: R,
    place: Partial<PlaceOf<R>>,
    signal?: AbortSignal,
  ): Promise<JsonOf<R> | OctetsOf<R> | undefined>
  /** Asks by octets, and reads octets; takes nothing, so that it may be sent again. Throws as `json`. */
  exchange<R extends AnyRoute>(
    route: R,
    place: Partial<PlaceOf<R>>,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<OctetsOf<R>>
  /** As `find`, in octets. */
  octets<R extends AnyRoute>(
    route: R,
    place: Partial<PlaceOf<R>>,
    signal?: AbortSignal,
  ): Promise<OctetsOf<R> | undefined>
  /** Bytes that an answer would have; undefined when the server knows nothing there. Throws as `json`. */
  length<R extends AnyRoute>(route: R, place: Partial<PlaceOf<R>>, signal?: AbortSignal): Promise<number | undefined>
  /** Sends octets, and reads the answer as JSON. Throws as `json`. */
  send<R extends AnyRoute>(route: R, body: Uint8Array, signal?: AbortSignal): Promise<JsonOf<R>>
  /** Sends JSON, in UTF-8, and reads the answer as JSON. Throws as `json`. */
  call<R extends AnyRoute>(
    route: R,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<JsonOf<R>>
  /** Sends octets. The answer is for the caller to judge, refusal or not. */
  post(route: AnyRoute, body: Uint8Array, signal?: AbortSignal): Promise<{ answer: HttpAnswer; url: string }>
}

function decoded<T>(url: string, decode: () => T, otherwise: string): T {
  try {
    return decode()
  } catch (cause) {
    const fault = cause instanceof RequestError ? cause.fault : undefined
    const reason =
      fault?.code === 'FIELD_INVALID'
        ? `${fault.field} is not ${fault.expected}`.trimStart()
        : fault?.code === 'FIELD_UNKNOWN'
          ? `${fault.field} is not known`
          : otherwise
    throw new ClientError({ code: 'ANSWER_INVALID', url, reason }, { cause })
  }
}

export function createApi(deps: ServerDeps, options: HttpOptions = {}): Api {
  const http = createHttp(deps, options)
  const base = serverEndpoint(deps.url).shown

  const find = async <R extends AnyRoute>(route: R, place: Partial<PlaceOf<R>>, signal?: AbortSignal) => {
    const path = pathOf(route, place)
    const answer = await http({ path }, signal)
    return answer.status === 404 ? undefined : readJson(route, answer, base + path)
  }
  const readJson = <R extends AnyRoute>(route: R, answer: HttpAnswer, url: string): JsonOf<R> => {
    const value = jsonOf(accepted(answer, url), url)
    return decoded(url, () => route.answer?.json?.decode(value, ''), 'is not as its route says') as JsonOf<R>
  }
  const readOctets = <R extends AnyRoute>(route: R, answer: HttpAnswer, url: string): OctetsOf<R> => {
    const { bytes } = accepted(answer, url)
    return decoded(url, () => route.answer?.octets?.deserialize(bytes), 'is not SSZ of its type') as OctetsOf<R>
  }
  return {
    find,
    async findSmall(route, place, signal) {
      const path = pathOf(route, place)
      const answer = await http({ path, accept: octets }, signal)
      if (answer.status === 404) return undefined
      return answer.type === octets ? readOctets(route, answer, base + path) : readJson(route, answer, base + path)
    },
    async exchange(route, place, body, signal) {
      const path = pathOf(route, place)
      return readOctets(route, await http({ path, body, reads: true, accept: octets }, signal), base + path)
    },
    async json(route, place = {}, signal) {
      const path = pathOf(route, place)
      return readJson(route, await http({ path }, signal), base + path)
    },
    async octets(route, place, signal) {
      const path = pathOf(route, place)
      const url = base + path
      const answer = await http({ path, accept: octets }, signal)
      if (answer.status === 404) return undefined
      return readOctets(route, answer, url)
    },
    async length(route, place, signal) {
      const path = pathOf(route, place)
      const answer = await http({ path, head: true }, signal)
      if (answer.status === 404) return undefined
      const { length } = accepted(answer, base + path)
      if (length === undefined)
        throw new ClientError({ code: 'ANSWER_INVALID', url: base + path, reason: 'does not say how long it is' })
      return length
    },
    async send(route, body, signal) {
      const path = pathOf(route as AnyRoute)
      return readJson(route, await http({ path, body }, signal), base + path)
    },
    async call(route, body, headers, signal) {
      const path = pathOf(route as AnyRoute)
      const request = { path, body, contentType: 'application/json', headers }
      return readJson(route, await http(request, signal), base + path)
    },
    async post(route, body, signal) {
      const path = pathOf(route)
      return { answer: await http({ path, body, accept: octets }, signal), url: base + path }
    },
  }
}
