import { type AnyRoute, pathOf, pushRoutes, type ValueOf } from '@parley/api'
import { type ExchangeAnswer, ExchangeError, endpointOf, exchange } from '@parley/http'
import { toHex } from '@parley/protocol/light'
import { PushError } from '../faults.ts'
import type { Registered } from '../targets/target.ts'

/** What a service says of itself. */
export type PushAbout = ValueOf<NonNullable<NonNullable<typeof pushRoutes.about.answer>['json']>>

export type { Registered, Target } from '../targets/target.ts'

export interface PushClientOptions {
  /** Such as `https://push.example`; credentials, path and query are kept, and no fault tells them. */
  readonly url: string
  /** @default 20_000: a webhook is asked meanwhile */
  readonly timeoutMs?: number
}

/** One registration, as its device asks for it. @throws {PushError} of every call: `PUSH_UNAVAILABLE`, `PUSH_REFUSED`, `PUSH_ANSWER_INVALID`. */
export interface PushClient {
  about(signal?: AbortSignal): Promise<PushAbout>
  /**
   * Registers, or changes what was registered under the same secret.
   * @param secret - 32 bytes, drawn anew for each registration and used for nothing else: nobody can tell whose it is.
   */
  register(secret: Uint8Array, registered: Registered, signal?: AbortSignal): Promise<void>
  /** Ends what was registered under the secret. */
  end(secret: Uint8Array, signal?: AbortSignal): Promise<void>
}

const maxBytes = 65_536
const never = new AbortController().signal

/** Asks a service that wakes devices. */
export function createPushClient({ url, timeoutMs = 20_000 }: PushClientOptions): PushClient {
  const endpoint = endpointOf(url)
  const push = endpoint.shown
  const ask = async (
    route: AnyRoute,
    { path, headers, body }: { path: string; headers?: Record<string, string>; body?: string },
    signal: AbortSignal,
  ): Promise<unknown> => {
    const method = route.method as 'GET' | 'PUT'
    const sent = {
      endpoint,
      path,
      method,
      maxBytes,
      timeoutMs,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
    }
    const answer = await exchange(sent, signal).catch((error: unknown): never => {
      if (!(error instanceof ExchangeError)) throw error
      throw new PushError({ code: 'PUSH_UNAVAILABLE', push, reason: error.message }, { cause: error })
    })
    const told = jsonOf(answer, push)
    if (answer.status === 200) return told
    const { code = 'UNKNOWN', message = '' } = told as { code?: string; message?: string }
    throw new PushError({ code: 'PUSH_REFUSED', push, status: answer.status, refusal: code, reason: message })
  }
  const register = async (secret: Uint8Array, registered: Registered, signal: AbortSignal): Promise<void> => {
    const name = new Uint8Array(await crypto.subtle.digest('SHA-256', secret as Uint8Array<ArrayBuffer>))
    const path = pathOf(pushRoutes.register, { params: { name } })
    const headers = { authorization: `Bearer ${toHex(secret)}`, 'content-type': 'application/json' }
    const body = JSON.stringify(pushRoutes.register.body?.json?.encode(registered))
    await ask(pushRoutes.register as AnyRoute, { path, headers, body }, signal)
  }
  return {
    async about(signal = never) {
      const told = await ask(pushRoutes.about as AnyRoute, { path: pathOf(pushRoutes.about) }, signal)
      try {
        return pushRoutes.about.answer?.json?.decode(told, '') as PushAbout
      } catch (cause) {
        throw new PushError({ code: 'PUSH_ANSWER_INVALID', push, reason: 'cannot be read' }, { cause })
      }
    },
    register: (secret, registered, signal = never) => register(secret, registered, signal),
    end(secret, signal = never) {
      const nowhere = { kind: 'webpush', value: { endpoint: 'https://nowhere.invalid' } } as const
      return register(secret, { target: nowhere, buckets: [], expires: 0n }, signal)
    },
  }
}

function jsonOf({ body, status }: ExchangeAnswer, push: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body ?? new Uint8Array(0)))
  } catch (cause) {
    throw new PushError({ code: 'PUSH_ANSWER_INVALID', push, reason: `status ${status} and no JSON` }, { cause })
  }
}
