import { CodedError } from '@parley/protocol'
import { describe, expect, it, test } from 'vitest'
import { createEntryScreen, createLog, isReadable, type LogSurroundings } from '../src/process/log.ts'
import { printReady } from '../src/process/service.ts'

class ProtocolLikeError extends CodedError<{ code: 'WRONG'; root: Uint8Array }> {
  constructor() {
    const meaning = { blame: 'layer', retry: 'never', text: 'it is wrong' } as const
    super({ code: 'WRONG', root: Uint8Array.of(1, 2) }, { WRONG: meaning })
  }
}

const asIs = (text: string): string => text
const terminal: LogSurroundings = { terminal: true, colours: true, serves: false }
const file: LogSurroundings = { terminal: false, colours: true, serves: false }

function written(format: 'auto' | 'json' | 'pretty', surroundings: LogSurroundings, level: 'info' | 'warn' = 'info') {
  const lines: string[] = []
  const queue = { write: (line: string) => void lines.push(line), flush: async () => undefined }
  return { lines, log: createLog({ level, format }, surroundings, queue, asIs) }
}

describe('log', () => {
  it('on a terminal › has colours, unless NO_COLOR asks for none', () => {
    const coloured = written('auto', terminal)
    coloured.log.info('said')
    const green = '\u001b[32m'
    expect(coloured.lines.join('')).toContain(green)
    const bare = written('auto', { ...terminal, colours: false })
    bare.log.info('said')
    expect(bare.lines.join('')).not.toContain(green)
    expect(bare.lines.join('')).toContain('INFO: said')
  })

  it('on a terminal › takes the place of a line of progress, and elsewhere leaves none', () => {
    const shown = written('auto', terminal)
    shown.log.warn('said')
    expect(shown.lines[0]?.startsWith('\r\u001b[2K')).toBe(true)
    const kept = written('auto', file)
    kept.log.warn('said')
    expect(kept.lines.join('')).not.toContain('\u001b')
  })

  it.each([
    ['a command that people run', file, true],
    ['a role that serves', { ...file, serves: true }, false],
    ['a role on a terminal', { ...terminal, serves: true }, true],
  ])('of %s › auto is for whoever reads it', (_what, surroundings, readable) => {
    expect(isReadable({ level: 'info', format: 'auto' }, surroundings)).toBe(readable)
  })

  it('in JSON › bytes of a fault are hexadecimal', () => {
    const { lines, log } = written('json', file)
    log.warn({ err: new ProtocolLikeError() }, 'said')
    const { err } = JSON.parse(lines[0] as string)
    expect(err).toMatchObject({ type: 'ProtocolLikeError', code: 'WRONG', message: 'it is wrong', root: '0x0102' })
    expect(err.stack).toContain('log.test.ts')
    log.warn({ err: new Error('plain') }, 'said')
    expect(JSON.parse(lines[1] as string).err).toMatchObject({ type: 'Error', message: 'plain' })
  })

  it('in JSON › what people watch becomes entries, whatever the level of the log', () => {
    const { lines, log } = written('json', file, 'warn')
    createEntryScreen(log).write('accepted 3 → final 1\n\nnode  http://x\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'info', msg: 'accepted 3 → final 1' },
      { level: 'info', msg: 'node  http://x' },
    ])
  })
})

test('a service that is ready › says so in words on a terminal, in JSON elsewhere', () => {
  const ready = { url: 'http://127.0.0.1:7', lanes: 2 }
  const print = (isTTY: boolean): string => {
    let text = ''
    const write = (part: string): void => {
      text += part
    }
    printReady({ isTTY, write }, ready)
    return text
  }
  expect(print(true)).toBe('ready at http://127.0.0.1:7, lanes 2; Ctrl-C stops it\n')
  expect(JSON.parse(print(false))).toEqual({ ready })
})
