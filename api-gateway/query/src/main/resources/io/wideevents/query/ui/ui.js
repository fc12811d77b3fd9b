// What every part of the page needs from Preact.
import { Component, createContext, h, render } from './vendor/preact.js';
import htm from './vendor/htm.js';

export { Component, createContext, render };
export * from './vendor/hooks.js';
export const html = htm.bind(h);
