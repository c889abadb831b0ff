import { QueryErrorResetBoundary } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";

import { Failed } from "../parts/Failed";

type Props = { children: ReactNode };

/** Shows what went wrong in the place of a page that could not be shown. */
export function PageBoundary({ children }: Props) {
  return (
    <QueryErrorResetBoundary>{({ reset }) => <Boundary onReset={reset}>{children}</Boundary>}</QueryErrorResetBoundary>
  );
}

class Boundary extends Component<Props & { onReset: () => void }, { thrown?: unknown }> {
  state: { thrown?: unknown } = {};

  static getDerivedStateFromError(thrown: unknown) {
    return { thrown };
  }

  render() {
    if (this.state.thrown === undefined) return this.props.children;
    const again = () => {
      this.props.onReset();
      this.setState({ thrown: undefined });
    };
    return <Failed error={this.state.thrown} onRetry={again} />;
  }
}
