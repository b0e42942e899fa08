import { type Clock, retrying } from '@parley/runtime'
import { type HeaderSigner, type HeaderWitness, SequencerError } from '@parley/sequencer'
import { SignerError } from '@parley/signer'
import { createSignerClient, type SignerClient, type SignerClientPlace } from '@parley/signer/client'
import type { Logger } from 'pino'
import { type Config, needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { keyFrom } from './header-key.ts'
import { signerTls } from './signer-tls.ts'

/** What signs headers, and who else knows what was signed. */
export interface HeaderSigning {
  readonly signer: HeaderSigner
  /** The signer's own record, where the key is not here. */
  readonly witness: HeaderWitness | undefined
}

/**
 * Demands one key and one way to it.
 * @throws {CliError} `CONFIG_VALUE_INVALID`, `CONFIG_VALUE_MISSING`.
 */
export function assertHeaderKey(config: Config): void {
  const { key, signer } = config.sequencer
  const invalid = (reason: string) =>
    new CliError({ code: 'CONFIG_VALUE_INVALID', key: 'sequencer.signer', source: 'the configuration', reason })
  if (signer === undefined) {
    needed(config, 'sequencer.key')
    return
  }
  if (key !== undefined) throw invalid('must not stand beside sequencer.key: the key is where the signer is')
  if (config.journal.kind !== 'local')
    throw invalid('cannot be used with a shared journal: a signer refuses the blocks that a replica reads again')
}

/** Opens what signs headers; a signer is waited for. */
export async function openHeaderSigning({ config, clock, log, signal }: Context): Promise<HeaderSigning> {
  const { signer } = config.sequencer
  if (signer === undefined) {
    const key = keyFrom(needed(config, 'sequencer.key'))
    const own: HeaderSigner = { address: key.address, sign: (digest, _, inner) => key.sign(digest, inner) }
    return { signer: own, witness: undefined }
  }
  return remoteSigning(createSignerClient(placeOf(config, signer)), clock, log, signal)
}

function placeOf(config: Config, signer: string): SignerClientPlace {
  if (!/^https?:/.test(signer)) return { kind: 'socket', path: signer }
  if (URL.canParse(signer) && new URL(signer).protocol === 'https:')
    return { kind: 'tls', url: signer, tls: signerTls(config) }
  const reason = 'must be the path of a socket, or an https URL: headers are signed for who shows a certificate'
  throw new CliError({ code: 'CONFIG_VALUE_INVALID', key: 'sequencer.signer', source: 'the configuration', reason })
}

const backoff = { firstBackoffMs: 100, maxBackoffMs: 2_000 }

/** A signer that is away is asked again until it answers: what it recorded, it signs when it is back. */
async function remoteSigning(
  client: SignerClient,
  clock: Clock,
  log: Logger,
  signal: AbortSignal,
): Promise<HeaderSigning> {
  let away: string | undefined
  const patiently = <T>(what: string, ask: () => Promise<T>, inner: AbortSignal): Promise<T> =>
    retrying(
      ask,
      {
        ...backoff,
        clock,
        passes: (error): error is SignerError => error instanceof SignerError && error.meaning.retry === 'later',
        onFault(err, waitMs) {
          if (away === undefined) log.warn({ err, waitMs, signer: client.server }, `${what}: waiting for the signer`)
          away = `waits for the signer: ${err.message}`
        },
        onMended() {
          away = undefined
          log.info({ signer: client.server }, 'the signer answers')
        },
      },
      inner,
    )
  const { address } = await patiently('who signs', () => client.address(signal), signal)
  return {
    signer: {
      address,
      unreadyBecause: () => away,
      async sign(_digest, of, inner) {
        try {
          return await patiently('a header is to be signed', () => client.sign(of, inner), inner)
        } catch (error) {
          throw secondHeader(error) ?? error
        }
      },
    },
    witness: {
      name: `the signer at ${client.server}`,
      followsSealed: true,
      lastHeader: (inner) => client.latest(inner),
    },
  }
}

/** What the signer says of two headers, in the sequencer's words. */
function secondHeader(error: unknown): SequencerError | undefined {
  if (!(error instanceof SignerError) || error.fault.code !== 'SECOND_HEADER') return undefined
  const { number, signed, refused } = error.fault
  return new SequencerError({ code: 'SECOND_HEADER', block: number, stored: signed, refused }, { cause: error })
}
