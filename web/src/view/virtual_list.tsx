// A list of which only the rows in view are in the document, so that 5,000 cost no more than 20.
// Rows have one height; every row knows its place in the whole (aria-setsize, aria-posinset).
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualListProps {
  label: string;
  names: readonly string[];
  rowHeight: number;
  /** Kept in view. */
  current: string | null;
  row: (name: string, index: number) => ComponentChildren;
}

const BEYOND = 6;

export function VirtualList({ label, names, rowHeight, current, row }: VirtualListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    const at = current === null ? -1 : names.indexOf(current);
    if (!element || at < 0) return;
    const first = at * rowHeight;
    if (first < element.scrollTop) element.scrollTop = first;
    else if (first + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = first + rowHeight - element.clientHeight;
  }, [current, names, rowHeight]);
  const from = Math.max(0, Math.floor(top / rowHeight) - BEYOND);
  const to = Math.min(names.length, Math.ceil((top + height) / rowHeight) + BEYOND);
  return (
    <div class="virtual" ref={box} onScroll={(e) => setTop(e.currentTarget.scrollTop)} tabIndex={-1}>
      <ol aria-label={label} style={{ height: `${names.length * rowHeight}px` }}>
        {names.slice(from, to).map((name, i) => (
          <li
            key={name}
            aria-setsize={names.length}
            aria-posinset={from + i + 1}
            style={{ transform: `translateY(${(from + i) * rowHeight}px)`, height: `${rowHeight}px` }}
          >
            {row(name, from + i)}
          </li>
        ))}
      </ol>
    </div>
  );
}
