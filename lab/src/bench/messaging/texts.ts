import { fileURLToPath } from 'node:url'
import { readTrace } from '../../load/trace-file.ts'

/** What people say. */
export interface Texts {
  /** `sample` for the project's own few lines. */
  readonly source: 'trace' | 'sample'
  readonly texts: readonly string[]
  readonly bytesMean: number
}

/** Lines of a trace that are enough. */
const most = 10_000
const sample = fileURLToPath(new URL('./sample.jsonl', import.meta.url))

/** Texts of a trace, or of the project's own sample. @throws {LabError} `TRACE_UNREADABLE`, `TRACE_LINE_INVALID`. */
export async function readTexts(trace: string | undefined): Promise<Texts> {
  const texts: string[] = []
  for await (const { text } of readTrace(trace ?? sample)) {
    // Nobody sends nothing.
    if (text !== '') texts.push(text)
    if (texts.length === most) break
  }
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return { source: trace === undefined ? 'sample' : 'trace', texts, bytesMean: bytes / Math.max(1, texts.length) }
}
