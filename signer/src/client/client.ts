import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import {
  type AnyRoute,
  type Codec,
  headerSignature,
  headerToSign,
  recordedPlace,
  signerAddress,
  signerRoutes,
} from '@parley/api'
import type { MutualTls } from '@parley/api/server'
import { type BlockHeader, type Bytes20, type Bytes32, fromHex } from '@parley/protocol'
import { SignerError } from '../faults.ts'

/** Where a signer is asked. */
export type SignerClientPlace =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tls'; readonly url: string; readonly tls: MutualTls }

/** A place as a signer has it; the root is unknown where its record begins with a watermark. */
export interface SignedPlace {
  readonly lineage: Bytes32
  readonly number: bigint
  readonly root: Bytes32 | undefined
}

/** Asks a signer once each time; whoever calls tries again where a fault says `later`. */
export interface SignerClient {
  /** For people. */
  readonly server: string
  address(
    signal: AbortSignal,
  ): Promise<{ readonly address: Bytes20; readonly chainId: bigint; readonly inbox: Bytes20 }>
  latest(signal: AbortSignal): Promise<SignedPlace | undefined>
  /** @throws {SignerError} `SECOND_HEADER`, `SIGNER_REFUSED`, `LINEAGE_UNKNOWN`, `RATE_EXCEEDED`, `SIGNER_UNREACHABLE`, `SIGNER_ANSWER_INVALID`. */
  sign(
    request: { readonly chainId: bigint; readonly inbox: Bytes20; readonly header: BlockHeader },
    signal: AbortSignal,
  ): Promise<Uint8Array>
}

const { address, latest, sign } = signerRoutes

const timeoutMs = 10_000
const maxAnswerBytes = 65_536

/** A client of the signer at `place`. */
export function createSignerClient(place: SignerClientPlace): SignerClient {
  const server = place.kind === 'socket' ? place.path : place.url
  const ask = async <T>(route: Asked, answer: Codec<T>, body: string | undefined, signal: AbortSignal): Promise<T> => {
    const { status, text } = await exchange(place, server, route.method, route.path, body, signal)
    const json = parsed(server, text)
    if (status !== 200) throw refusal(server, status, json)
    try {
      return answer.decode(json, '')
    } catch (error) {
      throw new SignerError({ code: 'SIGNER_ANSWER_INVALID', server, reason: reasonOf(error) }, { cause: error })
    }
  }
  return {
    server,
    address: (signal) => ask(address, signerAddress, undefined, signal),
    async latest(signal) {
      const { header } = await ask(latest, recordedPlace, undefined, signal)
      return header === null ? undefined : { ...header, root: header.root ?? undefined }
    },
    async sign({ chainId, inbox, header }, signal) {
      const body = JSON.stringify(headerToSign.encode({ chainId, inbox, header }))
      const { signature } = await ask(sign, headerSignature, body, signal)
      return signature
    },
  }
}

type Asked = Pick<AnyRoute, 'method' | 'path'>

function exchange(
  place: SignerClientPlace,
  server: string,
  method: string,
  path: string,
  body: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const unreachable = (error: unknown): SignerError =>
    new SignerError({ code: 'SIGNER_UNREACHABLE', server, reason: reasonOf(error) }, { cause: error })
  const options: RequestOptions = {
    method,
    path,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
    // A connection that the signer is about to close must not lose a request.
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(signal.aborted ? signal.reason : unreachable(error))
    const answered = (answer: IncomingMessage): void => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
        if (text.length > maxAnswerBytes) answer.destroy(new Error(`answers more than ${maxAnswerBytes} bytes`))
      })
      answer.once('error', failed)
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    }
    const asked =
      place.kind === 'socket'
        ? httpRequest({ ...options, socketPath: place.path, host: 'localhost' }, answered)
        : tlsRequest(new URL(place.url), { ...options, ...place.tls, minVersion: 'TLSv1.3' }, answered)
    asked.once('error', failed)
    asked.end(body)
  })
}

function parsed(server: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below, without the text.
  }
  throw new SignerError({ code: 'SIGNER_ANSWER_INVALID', server, reason: 'is no JSON object' })
}

/** What a signer refused with. */
function refusal(server: string, status: number, json: Readonly<Record<string, unknown>>): SignerError {
  const { code, message, retry } = json
  const bytes = (name: string): Uint8Array | undefined => {
    const value = json[name]
    return typeof value === 'string' ? fromHex(value) : undefined
  }
  const [lineage, signed, refused] = [bytes('lineage'), bytes('signed'), bytes('refused')]
  if (code === 'SECOND_HEADER' && lineage && signed && refused && /^\d{1,20}$/.test(String(json.number)))
    return new SignerError({ code, lineage, number: BigInt(String(json.number)), signed, refused })
  const answer = typeof code === 'string' ? code : `status ${status}`
  const reason = typeof message === 'string' ? message : ''
  // Also when it is full, stops or has met a defect: what it recorded, it signs when it is asked again.
  if (retry === 'later') return new SignerError({ code: 'SIGNER_UNREACHABLE', server, reason: reason || answer })
  return new SignerError({ code: 'SIGNER_REFUSED', server, answer, reason })
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
