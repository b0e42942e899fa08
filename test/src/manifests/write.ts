import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { manifests } from './manifests.ts'

const root = new URL('../../../infra/manifests/', import.meta.url)

for (const folder of ['systemd/', 'kubernetes/']) {
  rmSync(new URL(folder, root), { recursive: true, force: true })
  mkdirSync(new URL(folder, root), { recursive: true })
}
for (const [path, text] of manifests()) writeFileSync(new URL(path, root), text)
