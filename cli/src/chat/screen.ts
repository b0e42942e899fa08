import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Context } from '../process/context.ts'
import { chatCommands } from './commands.ts'
import { linesOf, type Typed, typedLine } from './lines.ts'
import type { Shown } from './shown.ts'
import { linesFor } from './words.ts'

/** Where somebody types and reads: a terminal with a prompt, or lines in and lines out. */
export interface ChatScreen {
  readonly lines: AsyncIterable<Typed>
  show(shown: Shown): void
  /** Names what a line is said in, before the cursor. */
  prompt(text: string): void
  close(): void
}

const historySize = 200

/** A terminal where there is one on both sides, and nobody asked for JSON. */
export function openScreen({ config, input, out, signal }: Context): ChatScreen {
  const stream = input()
  const format = config.run.json ? (shown: Shown): string => JSON.stringify(shown) : linesFor
  if (stream.isTTY === true && out.isTTY === true && !config.run.json) return openTerminal(stream, out, signal)
  return {
    lines: linesOf(stream, signal),
    show: (shown) => out.write(`${format(shown)}\n`),
    prompt: () => undefined,
    close: () => undefined,
  }
}

function openTerminal(input: NodeJS.ReadableStream, out: Context['out'], signal: AbortSignal): ChatScreen {
  const output = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _, done) {
        out.write(chunk.toString())
        done()
      },
    }),
    { columns: out.columns ?? 80 },
  )
  const completer = (line: string): [string[], string] => {
    const names = chatCommands.map(({ name }) => `/${name} `)
    return [line.startsWith('/') ? names.filter((name) => name.startsWith(line)) : [], line]
  }
  const typing: Interface = createInterface({ input, output, terminal: true, completer, historySize })
  const end = (): void => typing.close()
  typing.on('SIGINT', end)
  signal.addEventListener('abort', end, { once: true })
  return {
    lines: typed(typing),
    show(shown) {
      clearLine(output, 0)
      cursorTo(output, 0)
      out.write(`${linesFor(shown)}\n`)
      typing.prompt(true)
    },
    prompt(text) {
      typing.setPrompt(`${text}> `)
      typing.prompt(true)
    },
    close: end,
  }
}

async function* typed(typing: Interface): AsyncGenerator<Typed, void, undefined> {
  for await (const line of typing) yield typedLine(line)
}
