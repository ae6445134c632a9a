// A list that pages, a change with its typed refusals, and live snapshots, as a Relay application declares them.
import { graphql } from 'relay-runtime';

export const person = graphql`
  fragment People_person on Person {
    id
    name
    role
  }
`;

export const list = graphql`
  fragment People_list on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 50 }, after: { type: "Cursor" })
  @refetchable(queryName: "PeopleListPaginationQuery") {
    people(first: $first, after: $after, sort: NAME) @connection(key: "People_people") {
      edges {
        node {
          id
          ...People_person
        }
      }
    }
  }
`;

export const again = graphql`
  query PeopleNodeQuery($id: ID!) {
    node(id: $id) {
      ...People_person @alias(as: "person")
    }
  }
`;

export const create = graphql`
  mutation PeopleCreateMutation($input: CreatePersonInput!) {
    createPerson(input: $input) {
      __typename
      ... on PersonPayload {
        person {
          ...People_person
        }
      }
      ... on UserError {
        message
      }
    }
  }
`;

export const live = graphql`
  subscription PeopleSnapshotsSubscription($personId: ID!) {
    scorecardChanged(personId: $personId) {
      process {
        edges {
          node {
            id
            kpi
            value
          }
        }
      }
    }
  }
`;
