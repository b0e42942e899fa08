import type { Clock } from '@parley/runtime'
import { importPKCS8, SignJWT } from 'jose'
import { PushError } from '../faults.ts'
import type { Outgoing } from './outgoing.ts'
import { outcomeOf, type PushService, type TargetOf } from './target.ts'

/** What Google gives for a service account, as its JSON file has it. */
export interface FcmAccount {
  readonly projectId: string
  readonly clientEmail: string
  /** PEM of an RSA key. */
  readonly privateKey: string
  readonly tokenUri: string
}

export interface FcmOptions {
  /** `https://fcm.googleapis.com`. */
  readonly url: string
  readonly account: FcmAccount
  readonly keepSeconds: number
}

const scope = 'https://www.googleapis.com/auth/firebase.messaging'
const assertionSeconds = 3_600
/** Milliseconds before its end from which a token is not used. */
const spareMs = 60_000

/** Reads a service account's file. @throws {PushError} `PUSH_KEY_INVALID`. */
export function readFcmAccount(text: string): FcmAccount {
  const invalid = (reason: string, cause?: unknown): PushError =>
    new PushError({ code: 'PUSH_KEY_INVALID', service: 'fcm', reason }, { cause })
  let read: Readonly<Record<string, unknown>>
  try {
    read = JSON.parse(text) as Record<string, unknown>
  } catch (cause) {
    throw invalid('it is no JSON', cause)
  }
  const field = (name: string): string => {
    const value = read[name]
    if (typeof value !== 'string') throw invalid(`${name} is missing`)
    return value
  }
  return {
    projectId: field('project_id'),
    clientEmail: field('client_email'),
    privateKey: field('private_key'),
    tokenUri: field('token_uri'),
  }
}

/** Firebase Cloud Messaging, HTTP v1. @throws {PushError} `PUSH_KEY_INVALID`. */
export async function fcmService(
  clock: Clock,
  outgoing: Outgoing,
  { url, account, keepSeconds }: FcmOptions,
): Promise<PushService<TargetOf<'fcm'>>> {
  const key = await importPKCS8(account.privateKey, 'RS256').catch((cause: unknown): never => {
    const reason = 'private_key is no RSA key as PKCS #8 in PEM'
    throw new PushError({ code: 'PUSH_KEY_INVALID', service: 'fcm', reason }, { cause })
  })
  let bearer: { readonly token: string; readonly until: number } | undefined
  let asking: Promise<string> | undefined
  const token = async (signal: AbortSignal): Promise<string> => {
    if (bearer !== undefined && clock.now() < bearer.until) return bearer.token
    asking ??= ask(signal).finally(() => {
      asking = undefined
    })
    return asking
  }
  const ask = async (signal: AbortSignal): Promise<string> => {
    const seconds = Math.floor(clock.now() / 1_000)
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(account.clientEmail)
      .setAudience(account.tokenUri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + assertionSeconds)
      .sign(key)
    const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { status, body } = await outgoing.post(account.tokenUri, { headers, body: form.toString() }, signal)
    if (status !== 200) throw new Error(`${account.tokenUri} answered ${status}`)
    const told = JSON.parse(body.toString()) as { access_token: string; expires_in: number }
    bearer = { token: told.access_token, until: clock.now() + 1_000 * told.expires_in - spareMs }
    return bearer.token
  }
  return {
    check: () => undefined,
    async wake({ token: device }, signal) {
      const android = { collapse_key: 'wake', priority: 'HIGH', ttl: `${keepSeconds}s` }
      const body = JSON.stringify({ message: { token: device, data: { kind: 'wake' }, android } })
      const headers = { authorization: `Bearer ${await token(signal)}`, 'content-type': 'application/json' }
      const answer = await outgoing.post(
        `${url}/v1/projects/${account.projectId}/messages:send`,
        { headers, body },
        signal,
      )
      // What it took for good it does no longer: the next one is asked for.
      if (answer.status === 401) bearer = undefined
      return answer.status === 401 ? { kind: 'later', reason: 'status 401' } : outcomeOf(answer, [404])
    },
  }
}
