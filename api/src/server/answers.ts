import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnyRoute, Forms, PlaceOf } from '../route.ts'
import type { Exchange } from './exchange.ts'
import { json, octets, prefersOctets } from './media.ts'

/** A request that the guard let in. */
export interface Served {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly exchange: Exchange
}

/** What a read is told by. */
export interface Read<R> {
  /** Path and query, as the route describes them. */
  readonly place: PlaceOf<R>
  /** The answer is to be octets. */
  readonly toOctets: boolean
}

/** Answers a read by its place and form alone, at once or later. */
export type ReadHandler = (read: Read<AnyRoute>) => unknown

/** A body as it is sent. */
export interface SentBody {
  readonly type: string
  readonly body: string | Uint8Array
  /** Others may be answered in another form. */
  readonly varies: boolean
}

type AnswerForms = Forms<unknown, unknown>

/** Whether a route's answer is to be octets. @param accept - The header. */
export function takesOctets(forms: AnswerForms, accept: string | undefined): boolean {
  return forms.octets !== undefined && (forms.json === undefined || prefersOctets(accept))
}

/** An answer in octets, or in the route's JSON. */
export function bodyAs(forms: AnswerForms, answer: unknown): SentBody {
  const varies = forms.octets !== undefined && forms.json !== undefined
  if (answer instanceof Uint8Array) return { type: forms.octets?.type ?? octets, body: answer, varies }
  return { type: `${json}; charset=utf-8`, body: JSON.stringify(forms.json?.encode(answer)), varies }
}
