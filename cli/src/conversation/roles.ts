import { type ChangeMembers, Role } from '@parley/protocol'

/** Roles that a member can have, by name. */
export const roles = { member: Role.member, admin: Role.admin } as const

const names = new Map<number, string>(Object.entries(Role).map(([name, number]) => [number, name]))

/** Something with a role, as people read it: the role by its name. */
export function withRoleName<T extends { readonly role: number }>(value: T): Omit<T, 'role'> & { role: string } {
  return { ...value, role: names.get(value.role) ?? String(value.role) }
}

/** A change of members with roles by their names. */
export function changeWithRoleNames(change: ChangeMembers) {
  return { ...change, roles: change.roles.map(withRoleName), add: change.add.map(withRoleName) }
}
