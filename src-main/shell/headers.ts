/** The response headers of every window, in both shells (Electron security checklist, items 7 and 12-14). */

/** `connect` is where the window may open its one connection: `'self'`, or nothing under Electron. */
export function securityHeaders(connect: "'self'" | "'none'"): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), hid=(), serial=(), clipboard-read=()',
    'cache-control': 'no-store',
  }
}
