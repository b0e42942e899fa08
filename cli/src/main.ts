import { systemClock } from '@parley/client'
import { CodedError } from '@parley/protocol'
import { CommanderError } from 'commander'
import { commands } from './commands.ts'
import { loadConfig } from './config/load.ts'
import type { Context } from './process/context.ts'
import { createLog } from './process/log.ts'
import { type Call, createProgram } from './program.ts'

const exitCodes = { fault: 1, usage: 2 } as const

/** What a command line asks for; the exit code when there is nothing left to do. */
function parse(args: readonly string[]): Call | number {
  let call: Call | undefined
  const write = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
  }
  const program = createProgram(commands, write, (called) => {
    call = called
  })
  try {
    program.parse([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
    throw error
  }
  return call ?? exitCodes.usage
}

/** Aborts on the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilAsked(): AbortSignal {
  const asked = new AbortController()
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const)
    process.on(signal, () => {
      if (asked.signal.aborted) process.exit(128 + number)
      asked.abort(new Error(`${signal} was received`))
    })
  return asked.signal
}

function inheritedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_'))
  return Object.fromEntries(entries) as Record<string, string>
}

function report(error: unknown): number {
  const usage = error instanceof CodedError && error.fault.code.startsWith('CONFIG_')
  const text = error instanceof CodedError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`parley: ${text}\n`)
  return usage ? exitCodes.usage : exitCodes.fault
}

/** Runs one command line. @returns the exit code; 2 for mistakes in usage or configuration, 1 for all other faults. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const call = parse(args)
    if (typeof call === 'number') return call
    const { config, sources } = loadConfig({ flags: call.flags, env: process.env, files: call.files })
    const context: Context = {
      config,
      sources,
      clock: systemClock,
      log: createLog(config.log, process.stderr.isTTY === true),
      out: process.stdout,
      err: process.stderr,
      signal: untilAsked(),
      inheritedEnv: inheritedEnv(),
    }
    return await call.command.run(context, call.args)
  } catch (error) {
    return report(error)
  }
}
