export type Call = (hook: string, ...args: unknown[]) => unknown;

/** Calls what the page put in MauticFormCallback for this form; undefined where it put nothing. */
export function hooks(name: string): Call {
  return (hook, ...args) => {
    const own = ((window as any).MauticFormCallback || {})[name];
    return own && typeof own[hook] === "function" ? own[hook](...args) : undefined;
  };
}
