import { createECDH } from 'node:crypto'
import webPush from 'web-push'
import { PushError } from '../faults.ts'
import type { Outgoing } from './outgoing.ts'
import { outcomeOf, type PushService, type TargetOf } from './target.ts'

export interface WebPushOptions {
  /** P-256 secret key of 32 bytes, by which push services know who sends. */
  readonly vapidKey: Uint8Array
  /** Whom a push service may ask: `mailto:` or an https URL. */
  readonly contact: string
  /** Hosts of push services; `*.` stands for all below. */
  readonly hosts: readonly string[]
  /** Seconds for which a wake-up is kept for a device that is away. */
  readonly keepSeconds: number
}

type WebPushTarget = TargetOf<'webpush'>

/** Wakes collapse: of several that wait for a device one is left. */
const topic = 'wake'

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** Public key of a VAPID key: 65 bytes, uncompressed. @throws {PushError} `PUSH_KEY_INVALID`. */
export function vapidPublicKey(secret: Uint8Array): Uint8Array {
  const curve = createECDH('prime256v1')
  try {
    curve.setPrivateKey(secret)
  } catch (cause) {
    const reason = 'it is no secret key of P-256'
    throw new PushError({ code: 'PUSH_KEY_INVALID', service: 'webpush', reason }, { cause })
  }
  return Uint8Array.from(curve.getPublicKey())
}

/** Web Push with VAPID (RFC 8030, RFC 8292), without a payload: there is nothing to encrypt. */
export function webPushService(outgoing: Outgoing, options: WebPushOptions): PushService<WebPushTarget> {
  const vapidDetails = {
    subject: options.contact,
    publicKey: base64url(vapidPublicKey(options.vapidKey)),
    privateKey: base64url(options.vapidKey),
  }
  return {
    check({ endpoint }) {
      const refused = outgoing.refusal(endpoint)
      if (refused !== undefined) throw invalid(refused)
      const { hostname } = new URL(endpoint)
      if (!options.hosts.some((host) => isHost(hostname, host))) throw invalid(`a URL at ${options.hosts.join(' or ')}`)
    },
    async wake({ endpoint }, signal) {
      // Without a payload there is nothing to be encrypted to the subscription's keys.
      const subscription = { endpoint } as webPush.PushSubscription
      const { headers } = webPush.generateRequestDetails(subscription, null, {
        vapidDetails,
        TTL: options.keepSeconds,
        urgency: 'high',
        topic,
      })
      const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      return outcomeOf(await outgoing.post(endpoint, { headers: texts, body: '' }, signal), [404, 410])
    },
  }
}

const invalid = (expected: string): PushError => new PushError({ code: 'TARGET_INVALID', field: 'endpoint', expected })

/** Whether a host is one of a pattern, in which `*.` stands for all below. */
function isHost(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}
