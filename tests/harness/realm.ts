/** A realm of its own: tests that run at the same time never see each other's subjects. */
export function testRealm(): string {
  return `t${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
}
