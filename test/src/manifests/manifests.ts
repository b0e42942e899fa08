import { roleEntries } from '@parley/infra/roles'
import { composition } from './compose.ts'
import { imageFile } from './image.ts'
import { objectsOf } from './kubernetes.ts'
import { unitOf } from './systemd.ts'

/** Every file that is made of the description, by its path in `infra/manifests`. */
export function manifests(): ReadonlyMap<string, string> {
  return new Map([
    ['compose.yaml', composition()],
    ['Dockerfile', imageFile()],
    ...roleEntries.flatMap(([name, role]) => [
      [`systemd/parley-${name}.service`, unitOf(name, role)] as const,
      [`kubernetes/parley-${name}.yaml`, objectsOf(name, role)] as const,
    ]),
  ])
}
