import { createHmac, randomBytes } from 'node:crypto'
import { toHex } from '@parley/protocol/light'
import type { Clock } from '@parley/runtime'
import { PushError } from '../faults.ts'
import type { Outgoing } from './outgoing.ts'
import { outcomeOf, type PushService, type TargetOf } from './target.ts'

type WebhookTarget = TargetOf<'webhook'>

const challengeBytes = 32
const wakeBody = '{"kind":"wake"}'

/** What a request is signed by: HMAC-SHA256 over time, dot and body. */
export function signatureOf(key: Uint8Array, time: string, body: string): string {
  return createHmac('sha256', key).update(`${time}.${body}`).digest('hex')
}

/** Webhooks of bots. Each is asked once whether it wants to be woken, so that nobody can have others called. */
export function webhookService(outgoing: Outgoing, clock: Clock): PushService<WebhookTarget> {
  const post = ({ url, key }: WebhookTarget, body: string, signal: AbortSignal) => {
    const time = String(clock.now())
    const headers = {
      'content-type': 'application/json',
      'parley-time': time,
      'parley-signature': `sha256=${signatureOf(key, time, body)}`,
    }
    return outgoing.post(url, { headers, body }, signal)
  }
  return {
    check({ url }) {
      const expected = outgoing.refusal(url)
      if (expected !== undefined) throw new PushError({ code: 'TARGET_INVALID', field: 'url', expected })
    },
    async confirm(target, signal) {
      const challenge = toHex(randomBytes(challengeBytes))
      const told = await post(target, JSON.stringify({ kind: 'confirm', challenge }), signal).catch(
        (cause: unknown) => {
          signal.throwIfAborted()
          throw new PushError({ code: 'TARGET_UNCONFIRMED', reason: 'it does not answer' }, { cause })
        },
      )
      if (told.status !== 200 || told.body.toString('latin1').trim() !== challenge) {
        const reason = 'it must answer with status 200 and the challenge that it is sent'
        throw new PushError({ code: 'TARGET_UNCONFIRMED', reason })
      }
    },
    async wake(target, signal) {
      return outcomeOf(await post(target, wakeBody, signal), [410])
    },
  }
}
