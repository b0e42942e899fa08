import {
  apnsService,
  fcmService,
  Outgoing,
  type PushServices,
  readFcmAccount,
  webhookService,
  webPushService,
} from '@parley/push'
import type { Clock } from '@parley/runtime'
import { type Config, type Key, needed } from '../config/config.ts'
import { KeyRefused, readSecretFile } from '../config/key-file.ts'

import { CliError } from '../faults.ts'
import type { Closing } from './closing.ts'

/**
 * The ways of waking devices that are configured, one at least.
 * @throws {CliError} `CONFIG_VALUE_MISSING`, `CONFIG_VALUE_INVALID`; {PushError} `PUSH_KEY_INVALID`.
 */
export async function openPushServices(config: Config, clock: Clock, closing: Closing): Promise<PushServices> {
  const { push } = config
  const { keepSeconds, sendTimeoutMs: timeoutMs, allowPrivate, vapidKey, apnsKeyFile, fcmAccountFile } = push
  const outgoing = new Outgoing(clock, { allowPrivate, timeoutMs })
  closing.add(async () => outgoing.close())
  const webpush =
    vapidKey === undefined
      ? undefined
      : webPushService(outgoing, {
          vapidKey: vapidKey.reveal(),
          contact: contactOf(needed(config, 'push.contact')),
          hosts: push.webPushHosts,
          keepSeconds,
        })
  const apns =
    apnsKeyFile === undefined
      ? undefined
      : await apnsService(clock, {
          url: push.apnsUrl,
          key: secretFile('push.apnsKeyFile', apnsKeyFile),
          keyId: needed(config, 'push.apnsKeyId'),
          teamId: needed(config, 'push.apnsTeamId'),
          topic: needed(config, 'push.apnsTopic'),
          keepSeconds,
          timeoutMs,
        })
  if (apns !== undefined) closing.add(async () => apns.close?.())
  const fcm =
    fcmAccountFile === undefined
      ? undefined
      : await fcmService(clock, outgoing, {
          url: push.fcmUrl,
          account: readFcmAccount(secretFile('push.fcmAccountFile', fcmAccountFile)),
          keepSeconds,
        })
  const webhook = push.webhooks ? webhookService(outgoing, clock) : undefined
  // Whoever wakes nobody was to be given a way of doing so: the first one is named.
  if (webpush === undefined && apns === undefined && fcm === undefined && webhook === undefined)
    needed(config, 'push.vapidKey')
  return {
    ...(webpush && { webpush }),
    ...(webhook && { webhook }),
    ...(apns && { apns }),
    ...(fcm && { fcm }),
  }
}

function contactOf(contact: string): string {
  if (/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(contact)) return contact
  throw invalid('push.contact', 'must be mailto:NAME@HOST or an https URL')
}

function secretFile(key: Key, path: string): string {
  try {
    return readSecretFile(path)
  } catch (error) {
    if (!(error instanceof KeyRefused)) throw error
    throw invalid(key, error.message)
  }
}

const invalid = (key: Key, reason: string): CliError =>
  new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: 'configuration', reason })
