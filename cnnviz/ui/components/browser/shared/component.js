// What Streamlit calls: at every update of an element, with its data and the place where it stands on the page.

/**
 * @typedef {object} Mounted
 * @property {any} data as Python sent it
 * @property {ShadowRoot} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/**
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {() => void} [dispose] leaves everything outside of the root that knows of the view
 */

/**
 * Return what a component's module exports: a view for each element, made once, that receives what comes.
 *
 * @template {View} V
 * @template {Mounted} M
 * @param {string} name class of the root in the component's HTML
 * @param {new (root: HTMLElement) => V} View
 * @param {(view: V, mounted: M) => void} receive
 */
export function component(name, View, receive) {
  /** @type {WeakMap<ShadowRoot, V>} */
  const views = new WeakMap()
  return (/** @type {M} */ mounted) => {
    const { parentElement } = mounted
    /** @type {HTMLElement} */
    const root = parentElement.querySelector(`.${name}`)
    let view = views.get(parentElement)
    if (view?.root !== root) {
      view?.dispose?.()
      view = new View(root)
      views.set(parentElement, view)
    }
    receive(view, mounted)
    // Streamlit also calls this for a run that a newer one overtook, while the component is on the page.
    return () => setTimeout(() => root.isConnected || view.dispose?.())
  }
}
