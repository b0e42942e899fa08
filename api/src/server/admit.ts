import type { IncomingMessage } from 'node:http'
import type { AnyRoute } from '../route.ts'
import { assertHeaders } from './assert-headers.ts'
import type { Exchange } from './exchange.ts'

/** What the guard is to know of a route. */
export type RouteCost = { readonly [K in 'cost' | 'answerBytes']?: AnyRoute[K] | undefined }

/**
 * Lets a request in to its route: its headers are whole, its source pays for it and there is room for the answer.
 * @throws {RequestError} `REQUEST_MALFORMED`, `CONTENT_ENCODING`, `CONTENT_TYPE`, `QUOTA_EXCEEDED`, `OVERLOADED`.
 */
export function admit(request: IncomingMessage, exchange: Exchange, { cost, answerBytes }: RouteCost): void {
  assertHeaders(request)
  if (cost !== undefined) exchange.charge(cost)
  if (answerBytes !== undefined) exchange.expect(answerBytes)
}
