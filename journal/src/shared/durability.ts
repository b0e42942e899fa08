import { endpointOf, exchange } from '@parley/http'
import { JournalError } from '@parley/protocol'

/** From here on a server that is lost can be removed for good, and whole streams are not lost. */
const oldestVersion = [2, 12, 3] as const
const timeoutMs = 3_000
const maxBytes = 1024 * 1024

/**
 * Asks each server's monitor whether it syncs every append before it answers.
 * @param monitors - URLs of the servers' monitors, one for each server
 * @throws {JournalError} `JOURNAL_UNSUITABLE` when one does not, or is older than 2.12.3; `JOURNAL_UNREACHABLE` when one does not say
 */
export async function assertSynced(monitors: readonly string[], signal: AbortSignal): Promise<void> {
  if (monitors.length === 0) throw unsuitable('journal.monitors', 'none', 'the monitor of every server')
  for (const monitor of monitors) {
    const { shown } = endpointOf(monitor)
    const { version } = await ask(monitor, '/varz', signal)
    if (typeof version !== 'string' || !isRecent(version))
      throw unsuitable(`${shown} version`, String(version), `${oldestVersion.join('.')} or later`)
    const { config } = await ask(monitor, '/jsz?config=1', signal)
    const always: unknown = (config as { sync_always?: unknown } | undefined)?.sync_always
    if (always !== true) throw unsuitable(`${shown} sync_interval`, JSON.stringify(always) ?? 'not told', 'always')
  }
}

function isRecent(version: string): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number)
  if (parts === undefined) return false
  const differing = oldestVersion.findIndex((part, index) => parts[index] !== part)
  return differing === -1 || (parts[differing] as number) > (oldestVersion[differing] as number)
}

async function ask(monitor: string, path: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const endpoint = endpointOf(monitor)
  try {
    const { status, body } = await exchange({ endpoint, path, method: 'GET', maxBytes, timeoutMs }, signal)
    const answer: unknown = status === 200 ? JSON.parse(new TextDecoder().decode(body)) : undefined
    if (typeof answer === 'object' && answer !== null) return answer as Readonly<Record<string, unknown>>
    throw new Error(`${endpoint.shown}${path} answered ${status}`)
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    throw new JournalError({ code: 'JOURNAL_UNREACHABLE', reason }, { cause: error })
  }
}

function unsuitable(field: string, found: string, needed: string): JournalError {
  return new JournalError({ code: 'JOURNAL_UNSUITABLE', field, found, needed })
}
