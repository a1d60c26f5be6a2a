// Keeps the visitor's token in a cookie of this browser, so that a reload finds the visitor's runs. Nothing to see.
// Data in: [{name, token, days}]. State out: `token`, if the browser has had another one all along.

const TOKEN = /^[A-Za-z0-9_-]{43}$/

function kept(name) {
  const entry = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))
  const token = entry?.slice(name.length + 1) ?? ""
  return TOKEN.test(token) ? token : null
}

function keep(name, token, days) {
  const secure = window.location.protocol === "https:" ? "; secure" : ""
  document.cookie = `${name}=${token}; max-age=${days * 86400}; path=/; samesite=strict${secure}`
}

export default function ({ data, setStateValue }) {
  const { name, token, days, settled } = data[0]
  const had = kept(name)
  // Another tab of this browser may have come first: then its token is the visitor's, unless runs hang on this one.
  if (had && had !== token && !settled) setStateValue("token", had)
  else keep(name, token, days)
}
