import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'

/** A browser and all that it needs beyond the C library. */
export interface UnpackedBrowser {
  readonly executable: string
  /** Directory of shared libraries for `LD_LIBRARY_PATH`. */
  readonly libraries: string
  readonly fontConfig: string
}

const cache = fileURLToPath(new URL('../../../node_modules/.cache/parley-browser/', import.meta.url))

/** Unpacks the browser of `@sparticuz/chromium` once a version, some 220 MB beside the installed packages. */
export async function unpackBrowser(): Promise<UnpackedBrowser> {
  const home = new URL('../', import.meta.resolve('@sparticuz/chromium'))
  const { version } = JSON.parse(await readFile(new URL('package.json', home), 'utf8')) as { version: string }
  const directory = join(cache, version)
  if (!existsSync(directory)) await unpackInto(directory, fileURLToPath(new URL('bin/', home)))
  return {
    executable: join(directory, 'chromium'),
    libraries: join(directory, 'al2023', 'lib'),
    fontConfig: join(directory, 'fonts.xml'),
  }
}

async function unpackInto(directory: string, packed: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  // Elsewhere first: another test file may unpack at the same time, and half a browser must never be found.
  const staging = await mkdtemp(join(cache, 'unpacking-'))
  try {
    const executable = createWriteStream(join(staging, 'chromium'), { mode: 0o755 })
    await pipeline(createReadStream(join(packed, 'chromium.br')), createBrotliDecompress(), executable)
    for (const name of ['fonts', 'al2023']) await untar(join(packed, `${name}.tar.br`), join(staging, name))
    await writeFile(join(staging, 'fonts.xml'), fontConfig(join(directory, 'fonts'), join(directory, 'fonts-cache')))
    await rename(staging, directory)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (!existsSync(directory)) throw error
  }
}

async function untar(archive: string, into: string): Promise<void> {
  await mkdir(into)
  const tar = spawn('tar', ['-x', '-C', into], { stdio: ['pipe', 'ignore', 'inherit'] })
  const closed = once(tar, 'close')
  await pipeline(createReadStream(archive), createBrotliDecompress(), tar.stdin).catch((error) => {
    // tar ends at the end of the archive, whether or not the zeros behind it were written: its exit code tells.
    if (!['ERR_STREAM_PREMATURE_CLOSE', 'EPIPE'].includes(error.code)) throw error
  })
  const [code] = (await closed) as [number | null]
  if (code !== 0) throw new Error(`tar ended with ${code}`)
}

/** Only the fonts that came along, so that a page looks the same everywhere. */
function fontConfig(fonts: string, cached: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${cached}</cachedir></fontconfig>
`
}
