import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'
import { plantedFaults } from './faults.ts'

const root = fileURLToPath(new URL('../../../messaging', import.meta.url))

/** Plants one fault while sources are loaded; the files stay as they are. */
function planted(name: string): Plugin {
  const fault = plantedFaults.find((each) => each.name === name)
  if (fault === undefined) throw new Error(`no planted fault ${name}`)
  return {
    name: 'planted',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith(`/messaging/${fault.file}`)) return undefined
      if (!code.includes(fault.find)) throw new Error(`${fault.file} has no place for ${name}`)
      return code.replace(fault.find, fault.replace)
    },
  }
}

const name = process.env.PLANTED

export default defineConfig({
  root,
  plugins: name === undefined ? [] : [planted(name)],
  test: { include: ['test/regressions/**/*.test.ts'], testTimeout: 110_000, fsModuleCache: false },
})
